// Whether each connection works.
import Box from "@cloudscape-design/components/box";

import { LinkHealth } from "../../format/link-health";
import { Link } from "../../shell/link";
import { text } from "../../text";
import { useConnections } from "./lists";
import { Part } from "./part";

const words = text.dashboard.links;

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
            <LinkHealth health={health} detail="below" />
          </li>
        ))}
      </ul>
    </Part>
  );
}
