// Whether each connection works.
import Box from "@cloudscape-design/components/box";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/client";
import { fromNow } from "../../format/time";
import { Link } from "../../shell/link";
import { text } from "../../text";
import { useConnections } from "./lists";
import { Part } from "./part";

const words = text.dashboard.links;

const KINDS: Record<Schemas["LinkState"], StatusIndicatorProps.Type> = {
  connected: "success",
  "not-connected": "error",
  unknown: "pending",
};

function Health({ health }: { health: Schemas["LinkHealthView"] }) {
  return (
    <span>
      <StatusIndicator type={KINDS[health.state]}>{words.states[health.state]}</StatusIndicator>
      {health.since != null && (
        <Box variant="span" color="text-body-secondary">
          {" "}
          {words.since(fromNow(health.since))}
        </Box>
      )}
      {health.why != null && <Box color="text-status-error">{health.why}</Box>}
    </span>
  );
}

export function LinksPart() {
  const connections = useConnections();
  return (
    <Part
      title={words.title}
      of={connections}
      footer={<Link to="/connections">{words.all(connections.items.length)}</Link>}
    >
      {connections.items.length === 0 && <Box color="text-body-secondary">{words.none}</Box>}
      <ul className="figures">
        {connections.items.map(({ id, name, health }) => (
          <li key={id}>
            <Link to={`/connections/${id}`}>{name}</Link>
            <Health health={health} />
          </li>
        ))}
      </ul>
    </Part>
  );
}
