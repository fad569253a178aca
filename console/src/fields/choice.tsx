// One of several words, in a list that opens.
import Select, { type SelectProps } from "@cloudscape-design/components/select";

import { choicesStatus, type Reading } from "./choices-status";

export interface Option<V extends string> {
  value: V;
  label: string;
  description?: string | undefined;
  tags?: string[];
}

interface Props<V extends string> {
  options: readonly Option<V>[];
  value: V;
  onChange: (value: V) => void;
  placeholder?: string;
  /** People can type to find one among many. */
  many?: boolean;
  empty?: string;
  loading?: boolean;
  /** What the options were read from: those that could not be read are not said not to be. */
  of?: readonly Reading[];
  ariaLabel?: string;
}

function shown<V extends string>({ value, label, description, tags }: Option<V>): SelectProps.Option {
  return {
    value,
    label,
    ...(description === undefined ? {} : { description }),
    ...(tags === undefined ? {} : { tags }),
  };
}

export function Choice<V extends string>(props: Props<V>) {
  const { options, value, onChange, placeholder, many, empty, loading, of, ariaLabel } = props;
  const chosen = options.find((option) => option.value === value);
  return (
    <Select
      options={options.map(shown)}
      selectedOption={chosen === undefined ? null : shown(chosen)}
      onChange={({ detail }) => onChange(detail.selectedOption.value as V)}
      filteringType={many === true ? "auto" : "none"}
      {...(of === undefined
        ? { statusType: loading === true ? "loading" : "finished" }
        : choicesStatus(...of))}
      expandToViewport
      {...(placeholder === undefined ? {} : { placeholder })}
      {...(empty === undefined ? {} : { empty })}
      {...(ariaLabel === undefined ? {} : { ariaLabel })}
    />
  );
}
