// An operation in a dialog whose fields are told by what they are.
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState, type ReactNode } from "react";

import { initially, isComplete, LabelledField, type Fields, type Said, type Values } from "./fields";
import type { Operation } from "./operation";
import { OperationDialog } from "./operation-dialog";

interface Props<F extends Fields> {
  title: string;
  /** Fields in their order; a function where some depend on what was said in others. */
  fields: F | ((said: Partial<Said>) => F);
  operation: (values: Values<F>) => Operation;
  /** It knows no trial. */
  untried?: boolean;
  /** Stands above the fields. */
  intro?: ReactNode;
  render?: (preview: unknown, values: Values<F>) => ReactNode;
  result?: (answer: unknown) => ReactNode;
  onDone?: (answer: unknown) => void;
  onClose: () => void;
}

export function FormDialog<const F extends Fields>(props: Props<F>) {
  const { title, fields: told, operation, untried, intro, render, result, onDone, onClose } = props;
  const [said, say] = useState(() => initially(typeof told === "function" ? told({}) : told));
  const fields: Fields = typeof told === "function" ? told(said) : told;
  const values = said as Values<F>;
  const complete = isComplete(fields, said);
  // The same words are the same operation: what was previewed is what is carried out.
  const begun = useMemo(
    () => (complete ? operation(said as Values<F>) : undefined),
    // How it is made does not change while the dialog is open.
    [complete, said, operation],
  );
  const shown = Object.entries(fields).filter(([, { hidden }]) => hidden !== true);
  return (
    <OperationDialog
      operation={begun}
      title={title}
      {...(untried === undefined ? {} : { untried })}
      fields={
        <SpaceBetween size="l">
          {intro}
          {shown.map(([name, field]) => (
            <LabelledField
              key={name}
              field={field}
              value={said[name] ?? ""}
              onSay={(value) => say((before) => ({ ...before, [name]: value }))}
            />
          ))}
        </SpaceBetween>
      }
      {...(render === undefined ? {} : { render: (preview: unknown) => render(preview, values) })}
      {...(result === undefined ? {} : { result })}
      {...(onDone === undefined ? {} : { onDone })}
      onClose={onClose}
    />
  );
}
