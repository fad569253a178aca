// Fields of an operation, told by what they are: their labels, kinds and choices.
import Checkbox from "@cloudscape-design/components/checkbox";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import Select from "@cloudscape-design/components/select";
import Textarea from "@cloudscape-design/components/textarea";

import { choicesStatus, type Reading } from "../fields/choices-status";
import { text } from "../text";

export interface Choice {
  value: string;
  label?: string;
  description?: string;
}

/** What can be chosen, and what it was read from. */
export interface Choices {
  choices: readonly Choice[];
  of?: readonly Reading[];
}

interface Common {
  label: string;
  description?: string;
  /** May stay empty. */
  optional?: boolean;
  /** What is wrong with it as it stands. */
  error?: string | undefined;
  /** Not asked for: its value is empty, or as given at first. */
  hidden?: boolean;
}
interface One extends Common {
  /** `lines` and `code` have several lines; `switch` is `yes` or empty; `date` is a day. */
  kind?: "text" | "number" | "password" | "lines" | "code" | "switch" | "date";
  initial?: string;
  placeholder?: string;
}
interface Chosen extends Common, Choices {
  kind: "choice";
  initial?: string;
}
interface Many extends Common, Choices {
  kind: "many";
  initial?: readonly string[];
}
export type Field = One | Chosen | Many;
export type Fields = Record<string, Field>;

/** What was said: several values where several may be chosen, else one text. */
export type Values<F extends Fields> = {
  [K in keyof F]: F[K] extends { kind: "many" } ? readonly string[] : string;
};

export type Said = Record<string, string | readonly string[]>;

/** The values before anybody said anything. */
export function initially(fields: Fields): Said {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.initial ?? (field.kind === "many" ? [] : "")]),
  );
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function isSaid({ optional, hidden, kind, error }: Field, value: string | readonly string[]): boolean {
  if (hidden === true || kind === "switch") return true;
  if (error !== undefined) return false;
  if (value.length === 0) return optional === true;
  return kind !== "date" || (typeof value === "string" && DAY.test(value));
}

/** Whether all that has to be said is said. */
export function isComplete(fields: Fields, said: Said): boolean {
  return Object.entries(fields).every(([name, field]) => isSaid(field, said[name] ?? ""));
}

interface Props<F, V> {
  field: F;
  value: V;
  onSay: (value: V) => void;
}

const CODE_ROWS = 12;

function Control({ field, value, onSay }: Props<One, string>) {
  const say = { value, onChange: ({ detail }: { detail: { value: string } }) => onSay(detail.value) };
  const placeholder = field.placeholder ?? "";
  switch (field.kind) {
    case "lines":
      return <Textarea {...say} placeholder={placeholder} rows={3} />;
    case "code":
      return (
        <div className="code">
          <Textarea {...say} placeholder={placeholder} rows={CODE_ROWS} spellcheck={false} />
        </div>
      );
    case "date":
      return (
        <DatePicker
          {...say}
          placeholder="YYYY-MM-DD"
          format="iso"
          i18nStrings={{ openCalendarAriaLabel: () => field.label }}
          expandToViewport
        />
      );
    case "switch":
      return (
        <Checkbox checked={value !== ""} onChange={({ detail }) => onSay(detail.checked ? "yes" : "")}>
          {field.label}
        </Checkbox>
      );
    default: {
      const type = field.kind ?? "text";
      return <Input {...say} type={type} placeholder={placeholder} autoComplete={false} />;
    }
  }
}

const optionOf = ({ value, label, description }: Choice) => ({
  value,
  label: label ?? value,
  ...(description === undefined ? {} : { description }),
});

function ChoiceControl({ field, value, onSay }: Props<Chosen, string>) {
  const options = field.choices.map(optionOf);
  return (
    <Select
      options={options}
      selectedOption={options.find((option) => option.value === value) ?? null}
      onChange={({ detail }) => onSay(detail.selectedOption.value ?? "")}
      placeholder={text.operation.choose}
      empty={text.operation.noChoice}
      {...choicesStatus(...(field.of ?? []))}
      filteringType="auto"
      expandToViewport
    />
  );
}

function ManyControl({ field, value, onSay }: Props<Many, readonly string[]>) {
  const options = field.choices.map(optionOf);
  return (
    <Multiselect
      options={options}
      selectedOptions={options.filter((option) => value.includes(option.value))}
      onChange={({ detail }) => onSay(detail.selectedOptions.flatMap((option) => option.value ?? []))}
      placeholder={text.operation.choose}
      empty={text.operation.noChoice}
      {...choicesStatus(...(field.of ?? []))}
      deselectAriaLabel={(option) => `${text.shell.remove} ${option.label ?? ""}`}
      filteringType="auto"
      expandToViewport
    />
  );
}

/** A field with its label. */
export function LabelledField({ field, value, onSay }: Props<Field, string | readonly string[]>) {
  const one = typeof value === "string" ? value : "";
  const label =
    field.optional === true ? (
      <>
        {field.label} <i>- {text.operation.optional}</i>
      </>
    ) : (
      field.label
    );
  return (
    <FormField
      label={field.kind === "switch" ? undefined : label}
      description={field.description}
      errorText={field.error}
    >
      {field.kind === "choice" ? (
        <ChoiceControl field={field} value={one} onSay={onSay} />
      ) : field.kind === "many" ? (
        <ManyControl field={field} value={Array.isArray(value) ? value : []} onSay={onSay} />
      ) : (
        <Control field={field} value={one} onSay={onSay} />
      )}
    </FormField>
  );
}
