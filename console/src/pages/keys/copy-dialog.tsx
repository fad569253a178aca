// Copies a key's current version: to KMS keys of several keystores and Regions, or to a key of another group.
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";
import { useState } from "react";

import { useAll } from "../../api/read";
import { Choice } from "../../fields/choice";
import { choicesStatus, type Reading } from "../../fields/choices-status";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Key } from "./columns";
import { CopiedView } from "./copied";
import { copyToGroup, copyToKeystores, placesOf, suggested } from "./copy";

const words = text.keys.copy;

type To = "keystores" | "group";

interface SomeProps {
  label: string;
  description: string;
  options: { value: string; label: string; description?: string }[];
  values: readonly string[];
  onChange: (values: string[]) => void;
  empty: string;
  of: readonly Reading[];
}

function Some({ label, description, options, values, onChange, empty, of }: SomeProps) {
  return (
    <FormField label={label} description={description}>
      <Multiselect
        options={options}
        selectedOptions={options.filter(({ value }) => values.includes(value))}
        onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value }) => value ?? ""))}
        placeholder={words.choose}
        empty={empty}
        {...choicesStatus(...of)}
        deselectAriaLabel={(option) => text.fields.remove(option.label ?? "")}
        expandToViewport
      />
    </FormField>
  );
}

/** The names that copies would have, unless somebody says otherwise. */
function useSuggestion(of: Key, to: To, group: string): string {
  const kmsKeys = useAll("/api/v1/kms-keys");
  const keys = useAll("/api/v1/keys");
  const taken =
    to === "keystores"
      ? kmsKeys.items.map(({ name }) => name)
      : keys.items.filter((key) => key.group === group).map(({ name }) => name);
  return suggested(of.name, taken);
}

export function CopyDialog({ of, onClose }: { of: Key; onClose: () => void }) {
  const [to, setTo] = useState<To>("keystores");
  const [into, setInto] = useState<string[]>([]);
  const [regions, setRegions] = useState<string[]>([]);
  const [group, setGroup] = useState("");
  const [name, setName] = useState("");
  const [exportable, setExportable] = useState(false);
  const reading = useAll("/api/v1/keystores");
  const keystores = reading.items.filter((keystore) => keystore.group === of.group);
  const groups = useAll("/api/v1/groups");
  const suggestion = useSuggestion(of, to, group);
  const chosen = keystores.filter(({ id }) => into.includes(id));
  const places = placesOf(chosen, regions);
  const wanted =
    to === "keystores"
      ? copyToKeystores(of.id, places, name.trim())
      : copyToGroup(of.id, group, name.trim(), exportable);
  const operation: Operation | undefined = wanted && {
    title: words.title(of.name),
    name: of.name,
    change: wanted,
  };
  const isOne = to === "group" || places.length <= 1;
  return (
    <OperationDialog
      operation={operation}
      title={words.title(of.name)}
      onClose={onClose}
      result={(answer) => <CopiedView answer={answer} />}
      fields={
        <SpaceBetween size="m">
          {!of.exportable && <Alert type="warning">{words.notExportable}</Alert>}
          <Tiles
            value={to}
            columns={2}
            items={[...words.targets]}
            ariaLabel={words.target}
            onChange={({ detail }) => setTo(detail.value as To)}
          />
          {to === "keystores" ? (
            <SpaceBetween size="m">
              <Some
                label={words.keystores}
                description={words.keystoresHelp}
                options={keystores.map((keystore) => ({
                  value: keystore.id,
                  label: keystore.name,
                  description: keystore.connection_name,
                }))}
                values={into}
                onChange={setInto}
                empty={words.noKeystores}
                of={[reading]}
              />
              <Some
                label={words.regions}
                description={words.regionsHelp}
                options={[...new Set(chosen.flatMap((keystore) => keystore.regions))].map((region) => ({
                  value: region,
                  label: region,
                }))}
                values={regions}
                onChange={setRegions}
                empty={words.noRegions}
                of={[]}
              />
            </SpaceBetween>
          ) : (
            <SpaceBetween size="m">
              <FormField label={words.group}>
                <Choice
                  options={groups.items.map(({ id, name: label }) => ({ value: id, label }))}
                  of={[groups]}
                  value={group}
                  onChange={setGroup}
                  placeholder={words.choose}
                  many
                />
              </FormField>
              <Checkbox
                checked={exportable}
                description={words.exportableHelp}
                onChange={({ detail }) => setExportable(detail.checked)}
              >
                {text.keys.newKey.exportable}
              </Checkbox>
            </SpaceBetween>
          )}
          <FormField label={words.name} description={isOne ? words.nameHelp : words.namesHelp(suggestion)}>
            <Input
              value={isOne ? name : ""}
              disabled={!isOne}
              placeholder={suggestion}
              onChange={({ detail }) => setName(detail.value)}
            />
          </FormField>
        </SpaceBetween>
      }
    />
  );
}
