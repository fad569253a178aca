// What a verification found out.
import Alert from "@cloudscape-design/components/alert";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/client";
import { text } from "../../text";

const words = text.connections.verify;

function Region({ check }: { check: Schemas["RegionCheckView"] }) {
  return (
    <li>
      <StatusIndicator type={check.problem == null ? "success" : "error"}>
        {check.region}: {check.problem ?? words.answers}
      </StatusIndicator>
    </li>
  );
}

export function Verification({ found }: { found: Schemas["VerificationView"] }) {
  const missing = found.missing_actions;
  return (
    <SpaceBetween size="m">
      <Alert type="success">{found.message}</Alert>
      <KeyValuePairs
        columns={3}
        items={[
          { label: words.account, value: found.account },
          { label: words.principal, value: found.principal },
          {
            label: words.regions,
            value: (
              <ul className="plain">
                {found.regions.map((check) => (
                  <Region key={check.region} check={check} />
                ))}
              </ul>
            ),
          },
        ]}
      />
      {missing.length > 0 && (
        <Alert type="warning" header={words.missing(missing.length)}>
          <div>{words.missingHelp}</div>
          {missing.map((action) => (
            <div key={action}>{action}</div>
          ))}
        </Alert>
      )}
      {found.actions_unchecked != null && (
        <Alert type="info" header={words.unchecked}>
          {found.actions_unchecked}
        </Alert>
      )}
    </SpaceBetween>
  );
}

/** What would be stored: with what was found out, or with why it does not work. */
export function Stored({ stored }: { stored: Schemas["StoredConnectionView"] }) {
  if (stored.verification != null) return <Verification found={stored.verification} />;
  return (
    <Alert type="warning" header={words.anywayTitle}>
      <div>{stored.connection.health.why}</div>
      <div>{words.anyway}</div>
    </Alert>
  );
}
