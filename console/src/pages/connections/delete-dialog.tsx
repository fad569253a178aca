// Removes a connection; what it reached stays in AWS.
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { change } from "../../api/change";
import { useAll } from "../../api/read";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { Link } from "../../shell/link";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import type { Connection } from "./settings";

const words = text.connections.delete;

function InUse({ connection }: { connection: Connection }) {
  const { items } = useAll("/api/v1/keystores");
  const using = items.filter((one) => one.connection === connection.id);
  if (using.length === 0) return null;
  return (
    <Alert type="warning" header={words.inUse(using.length)}>
      <SpaceBetween direction="horizontal" size="s">
        {using.map(({ id, name }) => (
          <Link key={id} to={`/keystores/${id}`}>
            {name}
          </Link>
        ))}
      </SpaceBetween>
    </Alert>
  );
}

export function DeleteDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const leave = useLeave();
  const operation = removal({
    title: words.title(connection.name),
    name: connection.name,
    change: change("delete", "/api/v1/connections/{connection}", { path: { connection: connection.id } }),
    touches: ["/api/v1/connections"],
  });
  return (
    <OperationDialog
      operation={operation}
      fields={
        <SpaceBetween size="m">
          {words.detail}
          <InUse connection={connection} />
        </SpaceBetween>
      }
      onDone={() => leave("/connections")}
      onClose={onClose}
    />
  );
}
