// Adding, changing and removing sign-in providers.
import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import type { Revised } from "../../../api/read";
import { FormDialog } from "../../../operation/form-dialog";
import type { Field } from "../../../operation/fields";
import { OperationDialog } from "../../../operation/operation-dialog";
import { removal } from "../../../operation/removal";
import { text } from "../../../text";

export type Provider = Schemas["ProviderView"];

const words = text.signInProviders;
export const TOUCHES = ["/api/v1/sign-in-providers"];
const SCOPES = "openid profile email";

/** The fields that can be changed later too. */
function fieldsOf(provider?: Provider) {
  return {
    client: { label: words.clientId, description: words.clientIdHelp, initial: provider?.client_id ?? "" },
    secret: {
      kind: "password",
      label: words.secret,
      description: provider === undefined ? words.secretHelp : words.secretAgain,
      optional: true,
    },
    url: {
      label: words.publicUrl,
      description: words.publicUrlHelp,
      initial: provider?.public_url ?? window.location.origin,
    },
    claim: {
      label: words.nameClaim,
      description: words.nameClaimHelp,
      initial: provider?.name_claim ?? "preferred_username",
    },
    scopes: {
      label: words.scopes,
      description: words.scopesHelp,
      initial: provider?.scopes.join(" ") ?? SCOPES,
    },
    provisioning: {
      kind: "choice",
      label: words.provisioning,
      initial: provider?.provisioning ?? "invited",
      choices: [
        { value: "invited", label: words.invited },
        { value: "just-in-time", label: words["just-in-time"] },
      ],
    },
    ca: {
      kind: "code",
      label: words.ca,
      description: words.caHelp,
      initial: provider?.ca_bundle ?? "",
      placeholder: "-----BEGIN CERTIFICATE-----",
      optional: true,
    },
  } as const satisfies Record<string, Field>;
}

type Said = Record<keyof ReturnType<typeof fieldsOf>, string>;

const bodyOf = ({ client, secret, url, claim, scopes, provisioning }: Said) => ({
  client_id: client,
  ...(secret === "" ? {} : { client_secret: secret }),
  public_url: url,
  name_claim: claim,
  scopes: scopes.split(/\s+/).filter((scope) => scope !== ""),
  provisioning: provisioning as Schemas["Provisioning"],
});

interface Props {
  onClose: () => void;
}

export function AddProvider({ onClose }: Props) {
  return (
    <FormDialog
      title={words.add}
      fields={{
        name: { label: words.name, description: words.nameHelp },
        issuer: {
          label: words.issuer,
          description: words.issuerHelp,
          placeholder: "https://id.example.com/realms/corp",
        },
        ...fieldsOf(),
      }}
      operation={({ name, issuer, ca, ...more }) => ({
        title: words.add,
        name,
        touches: TOUCHES,
        change: change("post", "/api/v1/sign-in-providers", {
          body: { name, issuer, ...bodyOf({ ca, ...more }), ...(ca === "" ? {} : { ca_bundle: ca }) },
        }),
      })}
      onClose={onClose}
    />
  );
}

export function EditProvider({ provider, onClose }: Props & { provider: Revised<Provider> }) {
  return (
    <FormDialog
      title={words.edit}
      fields={fieldsOf(provider)}
      operation={(said) => ({
        title: words.edit,
        name: provider.name,
        touches: TOUCHES,
        change: change("patch", "/api/v1/sign-in-providers/{provider}", {
          path: { provider: provider.name },
          revision: provider.revision,
          body: {
            ...bodyOf(said),
            ...(said.ca === (provider.ca_bundle ?? "") ? {} : { ca_bundle: said.ca }),
          },
        }),
      })}
      onClose={onClose}
    />
  );
}

export function RemoveProvider({
  provider,
  onDone,
  onClose,
}: Props & { provider: Provider; onDone: () => void }) {
  return (
    <OperationDialog
      operation={removal({
        title: words.removing(provider.name),
        name: provider.name,
        touches: [...TOUCHES, "/api/v1/users"],
        change: change("delete", "/api/v1/sign-in-providers/{provider}", {
          path: { provider: provider.name },
        }),
      })}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
