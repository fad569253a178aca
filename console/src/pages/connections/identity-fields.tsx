// As whom Keyferry comes.
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tiles from "@cloudscape-design/components/tiles";

import { FileText } from "../../fields/file-text";
import { text } from "../../text";
import { accessKeyOf, newExternalId } from "./access-key-file";
import { hasAccessKey, type IdentityDraft } from "./settings";

const words = text.connections.identity;
const KINDS = ["assume-role", "access-key", "web-identity", "host"] as const;

interface Props {
  draft: IdentityDraft;
  onChange: (draft: IdentityDraft) => void;
}

interface Part {
  draft: IdentityDraft;
  set: (part: Partial<IdentityDraft>) => void;
}

function AccessKey({ draft, set }: Part) {
  const take = (csv: string) => {
    const key = accessKeyOf(csv);
    if (key === undefined) return words.notTheFile;
    set(key);
    return undefined;
  };
  return (
    <SpaceBetween size="l">
      <FileText label={words.file} description={words.fileHelp} accept=".csv" onText={take} />
      <FormField label={words.accessKeyId}>
        <Input
          value={draft.accessKeyId}
          onChange={({ detail }) => set({ accessKeyId: detail.value })}
          autoComplete={false}
          spellcheck={false}
        />
      </FormField>
      <FormField label={words.secret} description={words.secretHelp}>
        <Input
          type="password"
          value={draft.secret}
          onChange={({ detail }) => set({ secret: detail.value })}
          autoComplete="new-password"
        />
      </FormField>
    </SpaceBetween>
  );
}

function Role({ draft, set }: Part) {
  return (
    <FormField label={words.roleArn}>
      <Input
        value={draft.roleArn}
        onChange={({ detail }) => set({ roleArn: detail.value })}
        placeholder="arn:aws:iam::111122223333:role/keyferry"
        spellcheck={false}
      />
    </FormField>
  );
}

function AssumedRole({ draft, set }: Part) {
  return (
    <SpaceBetween size="l">
      <Role draft={draft} set={set} />
      <FormField
        label={words.externalId}
        description={words.externalIdHelp}
        secondaryControl={
          <Button onClick={() => set({ externalId: newExternalId() })}>{words.makeExternalId}</Button>
        }
      >
        <Input
          value={draft.externalId}
          onChange={({ detail }) => set({ externalId: detail.value })}
          spellcheck={false}
        />
      </FormField>
      <FormField label={words.base}>
        <RadioGroup
          value={draft.base}
          items={(["host", "access-key"] as const).map((value) => ({ value, label: words.bases[value] }))}
          onChange={({ detail }) => set({ base: detail.value as IdentityDraft["base"] })}
        />
      </FormField>
    </SpaceBetween>
  );
}

function WebIdentity({ draft, set }: Part) {
  return (
    <SpaceBetween size="l">
      <Role draft={draft} set={set} />
      <FormField label={words.tokenFile} description={words.tokenFileHelp}>
        <Input value={draft.tokenFile} onChange={({ detail }) => set({ tokenFile: detail.value })} />
      </FormField>
    </SpaceBetween>
  );
}

export function IdentityFields({ draft, onChange }: Props) {
  const set = (part: Partial<IdentityDraft>) => onChange({ ...draft, ...part });
  return (
    <SpaceBetween size="l">
      <FormField label={words.label} stretch>
        <Tiles
          value={draft.kind}
          columns={2}
          items={KINDS.map((value) => ({
            value,
            label: words.kinds[value],
            description: words.kindHelp[value],
          }))}
          onChange={({ detail }) => set({ kind: detail.value as IdentityDraft["kind"] })}
        />
      </FormField>
      {draft.kind === "assume-role" && <AssumedRole draft={draft} set={set} />}
      {draft.kind === "web-identity" && <WebIdentity draft={draft} set={set} />}
      {draft.kind === "host" && (
        <FormField label={words.profile} description={words.profileHelp}>
          <Input value={draft.profile} onChange={({ detail }) => set({ profile: detail.value })} />
        </FormField>
      )}
      {hasAccessKey(draft) && <AccessKey draft={draft} set={set} />}
    </SpaceBetween>
  );
}
