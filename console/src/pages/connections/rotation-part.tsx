// The rotation that keystores of a connection take over.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useLooked } from "../../fields/looked";
import { rotationDraft, rotationOf } from "../../fields/rotation";
import { RotationFields } from "../../fields/rotation-fields";
import { RotationRule } from "../../fields/rotation-rule";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Connection } from "./settings";

const words = text.connections.rotation;

function RotationDialog({ connection: now, onClose }: { connection: Connection; onClose: () => void }) {
  const connection = useLooked(now, "/api/v1/connections");
  const [draft, setDraft] = useState(rotationDraft(connection.rotation));
  const rotation = rotationOf(draft);
  const title = words.editing(connection.name);
  const operation: Operation | undefined =
    rotation === undefined
      ? undefined
      : {
          title,
          name: connection.name,
          change: change("patch", "/api/v1/connections/{connection}", {
            path: { connection: connection.id },
            body: { rotation },
            revision: connection.revision,
          }),
          touches: ["/api/v1/connections"],
        };
  return (
    <OperationDialog
      operation={operation}
      title={title}
      fields={<RotationFields draft={draft} onChange={setDraft} />}
      render={(preview) => {
        const { connection: after } = preview as Schemas["StoredConnectionView"];
        return <RotationRule rotation={after.rotation} />;
      }}
      onClose={onClose}
    />
  );
}

export function RotationPart({ connection }: { connection: Connection }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <SpaceBetween size="l">
      <Box>{words.detail}</Box>
      <RotationRule rotation={connection.rotation} />
      <Button onClick={() => setOpen(true)}>{words.edit}</Button>
      {isOpen && <RotationDialog connection={connection} onClose={() => setOpen(false)} />}
    </SpaceBetween>
  );
}
