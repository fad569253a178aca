// Several short texts: each is typed, added, and shown with what removes it.
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import TokenGroup from "@cloudscape-design/components/token-group";
import { useState } from "react";

import { text } from "../text";

interface Props {
  label: string;
  description?: string;
  constraintText?: string;
  placeholder?: string;
  values: readonly string[];
  onChange: (values: string[]) => void;
}

const NOTHING = { typed: "", counts: false };

export function Several({ label, description, constraintText, placeholder, values, onChange }: Props) {
  // What is being typed counts as the last value already: nobody has to press the button first.
  const [{ typed, counts }, setTyping] = useState(NOTHING);
  const isLast = counts && values.at(-1) === typed.trim();
  const added = isLast ? values.slice(0, -1) : values;
  const type = (next: string) => {
    const value = next.trim();
    const isNew = value !== "" && !added.includes(value);
    setTyping({ typed: next, counts: isNew });
    onChange(isNew ? [...added, value] : [...added]);
  };
  const add = () => setTyping(NOTHING);
  return (
    <FormField label={label} description={description} constraintText={constraintText}>
      <div className="beside">
        <Input
          value={typed}
          onChange={({ detail }) => type(detail.value)}
          onKeyDown={(event) => {
            if (event.detail.key !== "Enter") return;
            // It adds, and goes no further.
            event.preventDefault();
            add();
          }}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
        <Button onClick={add} disabled={typed.trim() === ""} ariaLabel={text.fields.addTo(label)}>
          {text.fields.add}
        </Button>
      </div>
      <TokenGroup
        items={added.map((value) => ({ label: value, dismissLabel: text.fields.remove(value) }))}
        onDismiss={({ detail }) => onChange(values.filter((_, index) => index !== detail.itemIndex))}
      />
    </FormField>
  );
}
