// The access key of a connection: how old it is, and when it is replaced.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { Changes } from "../../fields/changes";
import { useLooked } from "../../fields/looked";
import { rotationDraft, rotationInWords, whenOf } from "../../fields/rotation";
import { RotationFields } from "../../fields/rotation-fields";
import { exactly } from "../../format/time";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Connection } from "./settings";

const words = text.connections.accessKey;

function ScheduleDialog({ connection: now, onClose }: { connection: Connection; onClose: () => void }) {
  const connection = useLooked(now, "/api/v1/connections");
  const [draft, setDraft] = useState(rotationDraft(connection.access_key));
  const when = whenOf(draft);
  const title = words.editing(connection.name);
  const operation: Operation | undefined =
    when === undefined
      ? undefined
      : {
          title,
          name: connection.name,
          change: change("patch", "/api/v1/connections/{connection}", {
            path: { connection: connection.id },
            body: { access_key_rotation: when },
            revision: connection.revision,
          }),
          touches: ["/api/v1/connections", "/api/v1/schedules"],
        };
  return (
    <OperationDialog
      operation={operation}
      title={title}
      fields={<RotationFields draft={draft} onChange={setDraft} isWhenOnly />}
      render={(preview) => {
        const { connection: after } = preview as Schemas["StoredConnectionView"];
        return <Changes before={linesOf(connection)} after={linesOf(after)} />;
      }}
      onClose={onClose}
    />
  );
}

function linesOf({ access_key }: Connection) {
  return [
    [words.schedule, rotationInWords(access_key)],
    [words.next, access_key?.next == null ? "" : exactly(access_key.next)],
  ] as const;
}

export function rotation(connection: Connection): Operation {
  return {
    title: words.rotating(connection.name),
    name: connection.name,
    change: change("post", "/api/v1/connections/{connection}/rotate-access-key", {
      path: { connection: connection.id },
    }),
    touches: ["/api/v1/connections", "/api/v1/schedules"],
  };
}

export function AccessKeyPart({ connection }: { connection: Connection }) {
  const [open, setOpen] = useState<"rotate" | "schedule">();
  const { access_key: key } = connection;
  if (key == null) return <Box>{words.none}</Box>;
  const close = () => setOpen(undefined);
  return (
    <SpaceBetween size="l">
      <KeyValuePairs
        columns={4}
        items={[
          { label: words.id, value: key.access_key_id },
          { label: words.since, value: key.since == null ? text.shell.none : exactly(key.since) },
          { label: words.schedule, value: rotationInWords(key) },
          { label: words.next, value: key.next == null ? text.shell.never : exactly(key.next) },
        ]}
      />
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => setOpen("rotate")}>{words.rotate}</Button>
        <Button onClick={() => setOpen("schedule")}>{words.edit}</Button>
      </SpaceBetween>
      {open === "rotate" && <OperationDialog operation={rotation(connection)} onClose={close} />}
      {open === "schedule" && <ScheduleDialog connection={connection} onClose={close} />}
    </SpaceBetween>
  );
}
