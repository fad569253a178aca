// The TLS client certificates that stand for an application.
import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import { FormDialog } from "../../operation/form-dialog";
import { RemovableList } from "../../operation/removable-list";
import type { Column } from "../../table/columns";
import { timeColumn } from "../../table/time-column";
import { text } from "../../text";
import { TOUCHES, type Application } from "./dialogs";

type Certificate = Schemas["CertificateView"];

const words = text.applications.certificates;

const COLUMNS: Column<Certificate>[] = [
  { id: "name", header: words.name, value: ({ name }) => name, width: 420 },
  timeColumn("created", words.created, ({ created_at }) => created_at),
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
  const removal = ({ id, name }: Certificate) => ({
    title: words.removing(name),
    name,
    touches: TOUCHES,
    change: change("delete", "/api/v1/applications/{application}/certificates/{certificate}", {
      path: { application: application.id, certificate: id },
    }),
  });
  return (
    <RemovableList<Certificate>
      name="application-certificates"
      title={words.title}
      description={words.description}
      things={words.things}
      headingLevel="h2"
      list={list}
      columns={COLUMNS}
      idOf={({ id }) => id}
      nameOf={({ name }) => name}
      empty={{ title: words.empty, detail: words.emptyDetail }}
      remove={{ text: words.remove, operation: removal }}
      add={{
        text: words.add,
        dialog: (close) => <AddCertificate application={application} onClose={close} />,
      }}
    />
  );
}
