// Opens a period in which an application uses keys.
import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { useAll } from "../../../api/read";
import type { Choices, Said, Values } from "../../../operation/fields";
import { FormDialog } from "../../../operation/form-dialog";
import type { Operation } from "../../../operation/operation";
import { text } from "../../../text";

const words = text.settings.usePeriods;
const MINUTES_MAX = 1440;
const MINUTES = "60";
export const TOUCHES = ["/api/v1/use-periods"];

const USES = [
  "key.encrypt",
  "key.decrypt",
  "key.mac",
  "key.sign",
  "key.verify",
  "key.wrap",
  "key.unwrap",
  "kms-key.encrypt",
  "kms-key.decrypt",
];

function isMinutes(said: string): boolean {
  return /^[0-9]+$/.test(said) && Number(said) >= 1 && Number(said) <= MINUTES_MAX;
}

function fieldsOf(applications: Choices, said: Partial<Said>) {
  const { fields } = words;
  const minutes = typeof said.minutes === "string" ? said.minutes : MINUTES;
  return {
    application: {
      label: fields.application,
      kind: "choice",
      ...applications,
    },
    minutes: {
      label: fields.minutes,
      description: fields.minutesHelp,
      initial: MINUTES,
      error: isMinutes(minutes) ? undefined : fields.minutesWrong,
    },
    keys: { label: fields.keys, description: fields.keysHelp, kind: "lines", optional: true },
    actions: {
      label: fields.actions,
      description: fields.actionsHelp,
      kind: "many",
      optional: true,
      choices: USES.map((value) => ({ value })),
    },
    reason: { label: fields.reason, kind: "lines", optional: true },
  } as const;
}

type Saying = Values<ReturnType<typeof fieldsOf>>;

function bodyOf({ application, minutes, keys, actions, reason }: Saying): Schemas["OpenUsePeriodRequest"] {
  const named = keys.split("\n").map((key) => key.trim());
  return {
    application,
    minutes: Number(minutes),
    keys: named.filter((key) => key !== ""),
    actions: [...actions],
    reason,
  };
}

function operationOf(said: Saying): Operation {
  return {
    title: words.openFor(said.application),
    name: said.application,
    change: change("post", "/api/v1/use-periods", { body: bodyOf(said) }),
    touches: TOUCHES,
  };
}

export function OpenPeriod({ onClose }: { onClose: () => void }) {
  const applications = useAll("/api/v1/applications");
  const choices = applications.items.map(({ name }) => ({ value: name }));
  return (
    <FormDialog
      title={words.openTitle}
      fields={(said) => fieldsOf({ choices, of: [applications] }, said)}
      operation={operationOf}
      onClose={onClose}
    />
  );
}
