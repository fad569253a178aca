// The API keys of an application.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { useAll } from "../../api/read";
import { useDialog } from "../../shell/use-dialog";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import type { Application } from "./dialogs";
import { CreateKey, RevokeKey, RotateKey, type ApiKey } from "./key-dialogs";
import { stateOf } from "./key-state";

const words = text.applications.keys;
const KIND = { good: "success", replaced: "warning", revoked: "stopped", ended: "stopped" } as const;

function columns(names: ReadonlyMap<string, string>): Column<ApiKey>[] {
  const nameOf = (key: string) => names.get(key) ?? key;
  return [
    { id: "name", header: words.name, value: (key) => key.name },
    {
      id: "state",
      header: words.state,
      value: (key) => words[stateOf(key)],
      cell: (key) => <StatusIndicator type={KIND[stateOf(key)]}>{words[stateOf(key)]}</StatusIndicator>,
    },
    {
      id: "actions",
      header: words.actions,
      value: (key) => (key.actions.length === 0 ? [words.allActions] : key.actions),
      width: 220,
    },
    {
      id: "keys",
      header: words.scope,
      value: (key) => (key.keys.length === 0 ? [words.allKeys] : key.keys.map(nameOf)),
      width: 200,
    },
    timeColumn("ends", words.ends, (key) => key.expires_at),
    timeColumn("created", words.created, (key) => key.created_at),
  ];
}

/** Keys by what API keys call them. */
function useNames(): Map<string, string> {
  const keys = useAll("/api/v1/keys").items;
  const kmsKeys = useAll("/api/v1/kms-keys").items;
  return new Map([
    ...keys.map(({ id, name }): [string, string] => [`key/${id}`, name]),
    ...kmsKeys.map(({ id, name }): [string, string] => [`kms-key/${id}`, name]),
  ]);
}

export function Keys({ application }: { application: Application }) {
  const list = useAll("/api/v1/applications/{application}/keys", { path: { application: application.id } });
  const names = useNames();
  const [dialog, open] = useDialog();
  return (
    <>
      <ListTable<ApiKey>
        name="application-keys"
        title={words.title}
        description={words.description}
        things={words.things}
        headingLevel="h2"
        list={list}
        columns={columns(names)}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        selection="single"
        empty={{ title: words.empty, detail: words.emptyDetail }}
        actions={([chosen]) => {
          const isOver = chosen === undefined || ["revoked", "ended"].includes(stateOf(chosen));
          const of = (Dialog: typeof RotateKey) => () => {
            if (chosen !== undefined)
              open((close) => <Dialog application={application} apiKey={chosen} onClose={close} />);
          };
          return (
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={isOver || stateOf(chosen) === "replaced"} onClick={of(RotateKey)}>
                {words.rotate}
              </Button>
              <Button disabled={isOver} onClick={of(RevokeKey)}>
                {words.revoke}
              </Button>
              <Button
                onClick={() => open((close) => <CreateKey application={application} onClose={close} />)}
              >
                {words.create}
              </Button>
            </SpaceBetween>
          );
        }}
      />
      {dialog}
    </>
  );
}
