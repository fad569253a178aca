// The encryption context to which a grant is bound.
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { text } from "../../../text";

const words = text.kmsKey.grants;

type Kind = "none" | "equals" | "subset";
const KINDS: Kind[] = ["none", "subset", "equals"];

interface Pair {
  key: string;
  value: string;
}

export interface Context {
  kind: Kind;
  pairs: Pair[];
}

export const NO_CONTEXT: Context = { kind: "none", pairs: [{ key: "", value: "" }] };

interface Props {
  context: Context;
  onChange: (context: Context) => void;
}

function Pairs({ context, onChange }: Props) {
  const { pairs } = context;
  const put = (index: number, part: Partial<Pair>) =>
    onChange({ ...context, pairs: pairs.map((pair, at) => (at === index ? { ...pair, ...part } : pair)) });
  return (
    <AttributeEditor<Pair>
      items={pairs}
      addButtonText={words.addPair}
      removeButtonText={text.shell.remove}
      onAddButtonClick={() => onChange({ ...context, pairs: [...pairs, { key: "", value: "" }] })}
      onRemoveButtonClick={({ detail }) =>
        onChange({ ...context, pairs: pairs.filter((_, index) => index !== detail.itemIndex) })
      }
      definition={[
        {
          label: words.contextKey,
          control: ({ key }, index) => (
            <Input
              ariaLabel={words.contextKey}
              value={key}
              onChange={({ detail }) => put(index, { key: detail.value })}
            />
          ),
        },
        {
          label: words.contextValue,
          control: ({ value }, index) => (
            <Input
              ariaLabel={words.contextValue}
              value={value}
              onChange={({ detail }) => put(index, { value: detail.value })}
            />
          ),
        },
      ]}
    />
  );
}

export function ContextField({ context, onChange }: Props) {
  return (
    <SpaceBetween size="xs">
      <FormField label={words.contextLabel}>
        <RadioGroup
          direction="horizontal"
          value={context.kind}
          items={KINDS.map((value) => ({ value, label: words.contextKinds[value] }))}
          onChange={({ detail }) =>
            onChange({ ...context, kind: KINDS.find((kind) => kind === detail.value) ?? "none" })
          }
        />
      </FormField>
      {context.kind !== "none" && <Pairs context={context} onChange={onChange} />}
    </SpaceBetween>
  );
}
