// Making, rotating and revoking API keys of an application.
import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { useAll, useRead } from "../../api/read";
import { endOf } from "../../format/time";
import { zoneHere } from "../../format/zone";
import { FormDialog } from "../../operation/form-dialog";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { SecretOnce } from "../../operation/secret-once";
import { text } from "../../text";
import { TOUCHES, type Application } from "./dialogs";

export type ApiKey = Schemas["ApplicationKeyView"];

const words = text.applications.keys;
const KEY_USER = "key-user";

function Created({ answer }: { answer: unknown }) {
  const { api_key } = answer as Schemas["CreatedApplicationKeyView"];
  return (
    <SecretOnce label={words.secret} value={api_key ?? ""}>
      <div>{words.secretHelp}</div>
    </SecretOnce>
  );
}

/** What applications do with keys: all that the role for it allows but looking. */
function useUses() {
  const reading = useRead("/api/v1/roles");
  const roles = reading.data?.items ?? [];
  const actions = roles.find(({ name }) => name === KEY_USER)?.actions ?? [];
  const uses = actions.filter((action) => !action.endsWith(".read"));
  return { of: [reading], choices: uses.map((value) => ({ value })) };
}

interface Props {
  application: Application;
  onClose: () => void;
}

export function CreateKey({ application, onClose }: Props) {
  const uses = useUses();
  const all = useAll("/api/v1/keys");
  const keys = all.items.filter(({ group }) => group === application.group);
  const kmsKeys = useAll("/api/v1/kms-keys");
  return (
    <FormDialog
      title={words.create}
      fields={{
        name: { label: words.name, description: words.nameHelp },
        actions: {
          kind: "many",
          label: words.actions,
          description: words.actionsHelp,
          ...uses,
          optional: true,
        },
        keys: {
          kind: "many",
          label: words.vaultKeys,
          description: words.vaultKeysHelp,
          of: [all],
          choices: keys.map(({ id, name }) => ({ value: id, label: name })),
          optional: true,
        },
        kms: {
          kind: "many",
          label: words.kmsKeys,
          of: [kmsKeys],
          choices: kmsKeys.items.map(({ id, name, keystore_name }) => ({
            value: id,
            label: name,
            description: keystore_name,
          })),
          optional: true,
        },
        ends: { kind: "date", label: words.ends, description: words.endsHelp(zoneHere()), optional: true },
      }}
      operation={({ name, actions, keys: chosen, kms, ends }) => ({
        title: words.create,
        name,
        touches: TOUCHES,
        change: change("post", "/api/v1/applications/{application}/keys", {
          path: { application: application.id },
          body: {
            name,
            actions: [...actions],
            keys: [...chosen],
            kms_keys: [...kms],
            ...(ends === "" ? {} : { expires_at: endOf(ends) }),
          },
        }),
      })}
      result={(answer) => <Created answer={answer} />}
      onClose={onClose}
    />
  );
}

interface OfKey extends Props {
  apiKey: ApiKey;
}

export function RotateKey({ application, apiKey, onClose }: OfKey) {
  return (
    <FormDialog
      title={words.rotating(apiKey.name)}
      fields={{
        hours: { kind: "number", label: words.overlap, description: words.overlapHelp, initial: "24" },
      }}
      operation={({ hours }) => ({
        title: words.rotating(apiKey.name),
        name: apiKey.name,
        touches: TOUCHES,
        change: change("post", "/api/v1/applications/{application}/keys/{api_key}/rotate", {
          path: { application: application.id, api_key: apiKey.id },
          body: { overlap_hours: Number(hours) },
        }),
      })}
      result={(answer) => <Created answer={answer} />}
      onClose={onClose}
    />
  );
}

export function RevokeKey({ application, apiKey, onClose }: OfKey) {
  return (
    <OperationDialog
      operation={removal({
        title: words.revoking(apiKey.name),
        name: apiKey.name,
        touches: TOUCHES,
        change: change("post", "/api/v1/applications/{application}/keys/{api_key}/revoke", {
          path: { application: application.id, api_key: apiKey.id },
        }),
      })}
      onClose={onClose}
    />
  );
}
