// Adding, changing and removing policies, with what that does to whom.
import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { FormDialog } from "../../operation/form-dialog";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { text } from "../../text";
import { Effects } from "./effects";

export type Policy = Schemas["PolicyTextView"];

const words = text.policies.policies;
const TOUCHES = ["/api/v1/policies"];

/** Adds a policy, or changes the one that is given. */
export function EditPolicy({ policy, onClose }: { policy?: Policy; onClose: () => void }) {
  const title = policy === undefined ? words.add : words.edit;
  return (
    <FormDialog
      title={title}
      fields={{
        name: {
          label: words.name,
          description: words.nameHelp,
          initial: policy?.name ?? "",
          hidden: policy !== undefined,
        },
        text: {
          kind: "code",
          label: words.text,
          description: words.textHelp,
          initial: policy?.text ?? "",
          placeholder: words.placeholder,
        },
      }}
      operation={(body) => ({
        title,
        name: body.name,
        touches: TOUCHES,
        change:
          policy === undefined
            ? change("post", "/api/v1/policies", { body })
            : change("patch", "/api/v1/policies/{policy}", {
                path: { policy: policy.name },
                body: { text: body.text },
                revision: policy.revision,
              }),
      })}
      render={(_, said) => <Effects name={said.name} policy={said.text} />}
      onClose={onClose}
    />
  );
}

export function RemovePolicy({
  policy,
  onDone,
  onClose,
}: {
  policy: Policy;
  onDone: () => void;
  onClose: () => void;
}) {
  return (
    <OperationDialog
      operation={removal({
        title: words.removing(policy.name),
        name: policy.name,
        touches: TOUCHES,
        change: change("delete", "/api/v1/policies/{policy}", { path: { policy: policy.name } }),
      })}
      render={() => <Effects name={policy.name} />}
      onDone={onDone}
      onClose={onClose}
    />
  );
}
