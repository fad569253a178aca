// Dialogs that change template, rotation and policies of a keystore.
import { useState } from "react";

import { rotationDraft, rotationOf } from "../../fields/rotation";
import { RotationFields } from "../../fields/rotation-fields";
import { text } from "../../text";
import type { DialogProps } from "./dialog-props";
import { PolicyFields, type Policies } from "./policy-fields";
import { isWhole, templateDraft, templateOf } from "./template";
import { TemplateFields } from "./template-fields";
import { UpdateDialog } from "./update-dialog";

const words = text.keystores;

export function TemplateDialog({ keystore, onClose }: DialogProps) {
  const [draft, setDraft] = useState(() => templateDraft(keystore.template));
  return (
    <UpdateDialog
      keystore={keystore}
      title={words.template.editing(keystore.name)}
      body={isWhole(draft) ? { template: templateOf(draft, true) } : undefined}
      fields={<TemplateFields draft={draft} onChange={setDraft} />}
      onClose={onClose}
    />
  );
}

export function RotationDialog({ keystore, onClose }: DialogProps) {
  const [draft, setDraft] = useState(() => rotationDraft(keystore.template.rotation));
  const rotation = rotationOf(draft);
  return (
    <UpdateDialog
      keystore={keystore}
      title={words.rotation.editing(keystore.name)}
      body={rotation === undefined ? undefined : { rotation }}
      fields={<RotationFields draft={draft} above="connection" onChange={setDraft} />}
      onClose={onClose}
    />
  );
}

export function PoliciesDialog({ keystore, onClose }: DialogProps) {
  const { heal, on_cancel_deletion } = keystore;
  const [policies, setPolicies] = useState<Policies>({ heal, on_cancel_deletion });
  return (
    <UpdateDialog
      keystore={keystore}
      title={words.policies.editing(keystore.name)}
      body={{ ...policies }}
      fields={<PolicyFields policies={policies} onChange={setPolicies} />}
      onClose={onClose}
    />
  );
}
