// One's own API tokens.
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { endOf } from "../../format/time";
import { zoneHere } from "../../format/zone";
import { FormDialog } from "../../operation/form-dialog";
import type { Operation } from "../../operation/operation";
import { RemovableList } from "../../operation/removable-list";
import { SecretOnce } from "../../operation/secret-once";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
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
  timeColumn("ends", words.ends, ({ expires_at }) => expires_at, { empty: text.shell.never }),
  timeColumn("created", words.created, ({ created_at }) => created_at),
];

function CreateToken({ onClose }: { onClose: () => void }) {
  return (
    <FormDialog
      title={words.create}
      fields={{
        name: { label: words.name, description: words.nameHelp },
        ends: { kind: "date", label: words.ends, description: words.endsHelp(zoneHere()), optional: true },
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

function revocation({ id, name }: Token): Operation {
  return {
    title: words.removing(name),
    name,
    touches: TOUCHES,
    change: change("delete", "/api/v1/me/tokens/{token}", { path: { token: id } }),
  };
}

export function Tokens() {
  const list = useAll("/api/v1/me/tokens");
  return (
    <RemovableList<Token>
      name="tokens"
      title={words.title}
      description={words.description}
      things={words.things}
      headingLevel="h2"
      list={list}
      columns={COLUMNS}
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      empty={{ title: words.empty, detail: words.emptyDetail }}
      remove={{
        text: words.remove,
        operation: revocation,
        fits: (token) => stateOf(token) === "good",
      }}
      add={{ text: words.create, dialog: (close) => <CreateToken onClose={close} /> }}
    />
  );
}
