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

export function Several({ label, description, constraintText, placeholder, values, onChange }: Props) {
  const [typed, setTyped] = useState("");
  // What was typed counts also where nobody pressed the button.
  const add = () => {
    const value = typed.trim();
    setTyped("");
    if (value !== "" && !values.includes(value)) onChange([...values, value]);
  };
  return (
    <FormField label={label} description={description} constraintText={constraintText}>
      <div className="beside">
        <Input
          value={typed}
          onChange={({ detail }) => setTyped(detail.value)}
          onBlur={add}
          onKeyDown={({ detail }) => {
            if (detail.key === "Enter") add();
          }}
          {...(placeholder === undefined ? {} : { placeholder })}
        />
        <Button onClick={add} disabled={typed.trim() === ""} ariaLabel={text.fields.addTo(label)}>
          {text.fields.add}
        </Button>
      </div>
      <TokenGroup
        items={values.map((value) => ({ label: value, dismissLabel: text.fields.remove(value) }))}
        onDismiss={({ detail }) => onChange(values.filter((_, index) => index !== detail.itemIndex))}
      />
    </FormField>
  );
}
