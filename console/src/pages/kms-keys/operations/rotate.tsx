// Rotating now: in place, or by another KMS key that takes the aliases.
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useAll } from "../../../api/read";
import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { text } from "../../../text";
import type { KmsKey } from "../../../kms-key/columns";
import { define, type FieldsProps } from "./definition";
import { isOurs, onlyIn, rotatesInPlace } from "./fit";

const fields = text.kmsKeys.fields.rotate;
const METHODS: Schemas["RotationMethod"][] = ["in-place", "new-key"];
export const OLD_KEYS: Schemas["OldKey"][] = ["keep-enabled", "disable", "deactivate"];

interface Value {
  method: Schemas["RotationMethod"];
  oldKey: Schemas["OldKey"];
  /** A key of the vault, instead of material that is not from it. */
  toKey: string | undefined;
}

function Method({ value, onChange, kmsKeys }: FieldsProps<Value>) {
  const [first, ...others] = kmsKeys;
  const unfit = first !== undefined && others.length === 0 ? rotatesInPlace(first) : undefined;
  return (
    <FormField label={fields.method}>
      <RadioGroup
        value={value.method}
        onChange={({ detail }) =>
          onChange({ ...value, method: METHODS.find((one) => one === detail.value) ?? value.method })
        }
        items={METHODS.map((method) => {
          const isUnfit = method === "in-place" && unfit !== undefined;
          const { label, description } = fields.methods[method];
          return { value: method, label, description: isUnfit ? unfit : description, disabled: isUnfit };
        })}
      />
    </FormField>
  );
}

function Former({ value, onChange }: FieldsProps<Value>) {
  return (
    <FormField label={fields.oldKey} description={fields.oldKeyHelp}>
      <RadioGroup
        value={value.oldKey}
        onChange={({ detail }) =>
          onChange({ ...value, oldKey: OLD_KEYS.find((one) => one === detail.value) ?? value.oldKey })
        }
        items={OLD_KEYS.map((one) => ({ value: one, ...fields.oldKeys[one] }))}
      />
    </FormField>
  );
}

/** The vault's keys that could take the place of material that is not from it. */
function ToKey({ value, onChange, kmsKey }: FieldsProps<Value> & { kmsKey: KmsKey }) {
  const keys = useAll("/api/v1/keys");
  const fitting = keys.items.filter(({ spec, group }) => spec === kmsKey.spec && group === kmsKey.group);
  const options = [
    { value: "", label: fields.awsMaterial },
    ...fitting.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <FormField label={fields.toKey} description={fields.toKeyHelp}>
      <Select
        options={options}
        selectedOption={options.find((option) => option.value === (value.toKey ?? "")) ?? null}
        onChange={({ detail }) => onChange({ ...value, toKey: detail.selectedOption.value || undefined })}
        filteringType="auto"
        statusType={keys.isPending ? "loading" : "finished"}
      />
    </FormField>
  );
}

function Fields(props: FieldsProps<Value>) {
  const { value, kmsKeys } = props;
  const [first, ...others] = kmsKeys;
  const isForeign = first !== undefined && others.length === 0 && !isOurs(first);
  return (
    <SpaceBetween size="m">
      <Method {...props} />
      {value.method === "new-key" && (
        <SpaceBetween size="m">
          {isForeign && <ToKey {...props} kmsKey={first} />}
          <Former {...props} />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

function bodyOf({ method, oldKey, toKey }: Value): Schemas["RotateRequest"] {
  if (method === "in-place") return { method };
  return { method, old_key: oldKey, ...(toKey === undefined ? {} : { to_key: toKey }) };
}

export const rotate = define<Value>({
  id: "rotate",
  text: text.kmsKeys.operations.rotate,
  unfit: onlyIn("ACTIVE"),
  initial: (kmsKeys) => ({
    method: kmsKeys.every((key) => rotatesInPlace(key) === undefined) ? "in-place" : "new-key",
    oldKey: "keep-enabled",
    toKey: undefined,
  }),
  fields: Fields,
  loses: ({ method, oldKey }) => method === "new-key" && oldKey === "deactivate",
  one: ({ id }, value) =>
    change("post", "/api/v1/kms-keys/{kms_key}/rotate", { path: { kms_key: id }, body: bodyOf(value) }),
  many: (value) => ({ operation: "rotate", rotate: bodyOf(value) }),
});
