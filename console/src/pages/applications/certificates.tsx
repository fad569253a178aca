// The TLS client certificates that stand for an application.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { atMinute } from "../../format/time";
import { FormDialog } from "../../operation/form-dialog";
import { OperationDialog } from "../../operation/operation-dialog";
import { useDialog } from "../../operation/use-dialog";
import type { Column } from "../../table/columns";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { TOUCHES, type Application } from "./dialogs";

type Certificate = Schemas["CertificateView"];

const words = text.applications.certificates;

const COLUMNS: Column<Certificate>[] = [
  { id: "name", header: words.name, value: ({ name }) => name, width: 420 },
  {
    id: "created",
    header: words.created,
    value: ({ created_at }) => created_at,
    cell: ({ created_at }) => atMinute(created_at),
    kind: "time",
  },
];

function AddCertificate({ application, onClose }: { application: Application; onClose: () => void }) {
  return (
    <FormDialog
      title={words.add}
      fields={{
        name: {
          label: words.name,
          description: words.nameHelp,
          placeholder: "uri:spiffe://example.com/billing",
        },
      }}
      operation={(body) => ({
        title: words.add,
        name: body.name,
        touches: TOUCHES,
        change: change("post", "/api/v1/applications/{application}/certificates", {
          path: { application: application.id },
          body,
        }),
      })}
      onClose={onClose}
    />
  );
}

export function Certificates({ application }: { application: Application }) {
  const list = useAll("/api/v1/applications/{application}/certificates", {
    path: { application: application.id },
  });
  const [dialog, open] = useDialog();
  const remove = ({ id, name }: Certificate) =>
    open((close) => (
      <OperationDialog
        operation={{
          title: words.removing(name),
          name,
          touches: TOUCHES,
          change: change("delete", "/api/v1/applications/{application}/certificates/{certificate}", {
            path: { application: application.id, certificate: id },
          }),
        }}
        onClose={close}
      />
    ));
  return (
    <>
      <ListTable<Certificate>
        name="application-certificates"
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
            <Button disabled={chosen === undefined} onClick={() => chosen !== undefined && remove(chosen)}>
              {words.remove}
            </Button>
            <Button
              onClick={() => open((close) => <AddCertificate application={application} onClose={close} />)}
            >
              {words.add}
            </Button>
          </SpaceBetween>
        )}
      />
      {dialog}
    </>
  );
}
