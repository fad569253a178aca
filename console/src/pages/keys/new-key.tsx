// What is said of a new key, whether the vault makes it or a file holds it.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { useAll } from "../../api/read";
import { Choice } from "../../fields/choice";
import { text } from "../../text";
import { useOwner } from "./groups";
import { isCount, VersionsMaxField } from "../../fields/versions-max";

const words = text.keys.newKey;

export interface NewKey {
  name: string;
  group: string;
  description: string;
  exportable: boolean;
  versionsMax: string;
}

export const NEW_KEY: NewKey = { name: "", group: "", description: "", exportable: false, versionsMax: "10" };

/** Nothing said is the server's own limit. */
export function isFit({ name, versionsMax }: NewKey): boolean {
  return name.trim() !== "" && (versionsMax === "" || isCount(versionsMax));
}

export function newKeyOf({ name, group, description, exportable, versionsMax }: NewKey) {
  return {
    name: name.trim(),
    description,
    exportable,
    ...(group === "" ? {} : { group }),
    ...(versionsMax === "" ? {} : { active_versions_max: Number(versionsMax) }),
  };
}

interface Props {
  value: NewKey;
  onChange: (value: NewKey) => void;
}

export function NewKeyFields({ value, onChange }: Props) {
  const groups = useAll("/api/v1/groups");
  const put = (part: Partial<NewKey>) => onChange({ ...value, ...part });
  const owner = useOwner(value.group);
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <FormField label={words.name} description={words.nameHelp}>
          <Input value={value.name} onChange={({ detail }) => put({ name: detail.value })} autoFocus />
        </FormField>
        <FormField label={words.group} description={words.groupHelp}>
          <Choice
            options={groups.items.map(({ id, name }) => ({ value: id, label: name }))}
            of={[groups]}
            value={owner}
            onChange={(group) => put({ group })}
            many
          />
        </FormField>
        <FormField label={words.description}>
          <Input value={value.description} onChange={({ detail }) => put({ description: detail.value })} />
        </FormField>
        <VersionsMaxField value={value.versionsMax} onChange={(versionsMax) => put({ versionsMax })} />
      </ColumnLayout>
      <Checkbox
        checked={value.exportable}
        description={words.exportableHelp}
        onChange={({ detail }) => put({ exportable: detail.checked })}
      >
        {words.exportable}
      </Checkbox>
    </SpaceBetween>
  );
}
