// One's own API tokens.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { atMinute, endOf, zone } from "../../format/time";
import { FormDialog } from "../../operation/form-dialog";
import { OperationDialog } from "../../operation/operation-dialog";
import { SecretOnce } from "../../operation/secret-once";
import { useDialog } from "../../operation/use-dialog";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";

type Token = Schemas["TokenView"];

const words = text.me.tokens;
const TOUCHES = ["/api/v1/me/tokens"];
const KIND = { good: "success", revoked: "stopped", ended: "stopped" } as const;

function stateOf({ revoked_at, expires_at }: Token): keyof typeof KIND {
  if (revoked_at != null) return "revoked";
  return expires_at != null && new Date(expires_at).getTime() <= Date.now() ? "ended" : "good";
}

const COLUMNS: Column<Token>[] = [
  { id: "name", header: words.name, value: ({ name }) => name },
  {
    id: "state",
    header: words.state,
    value: (token) => words[stateOf(token)],
    cell: (token) => <StatusIndicator type={KIND[stateOf(token)]}>{words[stateOf(token)]}</StatusIndicator>,
  },
  {
    id: "ends",
    header: words.ends,
    value: ({ expires_at }) => expires_at,
    cell: ({ expires_at }) => atMinute(expires_at) || text.shell.never,
    kind: "time",
  },
  {
    id: "created",
    header: words.created,
    value: ({ created_at }) => created_at,
    cell: ({ created_at }) => atMinute(created_at),
    kind: "time",
  },
];

function CreateToken({ onClose }: { onClose: () => void }) {
  return (
    <FormDialog
      title={words.create}
      fields={{
        name: { label: words.name, description: words.nameHelp },
        ends: { kind: "date", label: words.ends, description: words.endsHelp(zone()), optional: true },
      }}
      operation={({ name, ends }) => ({
        title: words.create,
        name,
        touches: TOUCHES,
        change: change("post", "/api/v1/me/tokens", {
          body: { name, ...(ends === "" ? {} : { expires_at: endOf(ends) }) },
        }),
      })}
      result={(answer) => (
        <SecretOnce label={words.token} value={(answer as Schemas["CreatedTokenView"]).token ?? ""} />
      )}
      onClose={onClose}
    />
  );
}

export function Tokens() {
  const list = useAll("/api/v1/me/tokens");
  const [dialog, open] = useDialog();
  const revoke = ({ id, name }: Token) =>
    open((close) => (
      <OperationDialog
        operation={{
          title: words.removing(name),
          name,
          touches: TOUCHES,
          change: change("delete", "/api/v1/me/tokens/{token}", { path: { token: id } }),
        }}
        onClose={close}
      />
    ));
  return (
    <>
      <ListTable<Token>
        name="tokens"
        title={words.title}
        description={words.description}
        things={words.things}
        headingLevel="h2"
        list={list}
        columns={COLUMNS}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        selection="single"
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={([chosen]) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={chosen === undefined || stateOf(chosen) !== "good"}
              onClick={() => chosen !== undefined && revoke(chosen)}
            >
              {words.remove}
            </Button>
            <Button onClick={() => open((close) => <CreateToken onClose={close} />)}>{words.create}</Button>
          </SpaceBetween>
        )}
      />
      {dialog}
    </>
  );
}
