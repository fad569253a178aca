// Whom Keyferry trusts at the other end, and how it shows itself there.
import Alert from "@cloudscape-design/components/alert";
import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";

import { FileText } from "../../fields/file-text";
import { text } from "../../text";
import type { ProxyDraft, TrustDraft } from "./settings";

const words = text.connections;
const ROWS = 5;

interface PemProps {
  label: string;
  fileLabel: string;
  value: string;
  description?: string;
  onChange: (value: string) => void;
}

/** PEM text, pasted or from a file. */
function Pem({ label, fileLabel, value, description, onChange }: PemProps) {
  const take = (pem: string) => {
    onChange(pem);
    return undefined;
  };
  return (
    <SpaceBetween size="l">
      <FileText label={fileLabel} onText={take} />
      <FormField label={label} description={description}>
        <Textarea
          value={value}
          rows={ROWS}
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => onChange(detail.value)}
        />
      </FormField>
    </SpaceBetween>
  );
}

interface TrustProps {
  draft: TrustDraft;
  onChange: (draft: TrustDraft) => void;
}

function ClientCertificate({ draft, onChange }: TrustProps) {
  return (
    <SpaceBetween size="l">
      <Checkbox
        checked={draft.hasClient}
        onChange={({ detail }) =>
          onChange({
            ...draft,
            hasClient: detail.checked,
            ...(detail.checked ? {} : { chain: "", privateKey: "" }),
          })
        }
      >
        {words.trust.client}
      </Checkbox>
      {draft.hasClient && (
        <SpaceBetween size="l">
          <Pem
            label={words.trust.chain}
            fileLabel={words.trust.chainFile}
            value={draft.chain}
            onChange={(chain) => onChange({ ...draft, chain })}
          />
          <Pem
            label={words.trust.privateKey}
            fileLabel={words.trust.keyFile}
            description={words.trust.privateKeyKept}
            value={draft.privateKey}
            onChange={(privateKey) => onChange({ ...draft, privateKey })}
          />
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}

/** Roots, host names and client certificate; AWS's own endpoints have none of them to choose. */
export function TrustFields({ draft, onChange, isFixed }: TrustProps & { isFixed: boolean }) {
  if (isFixed) return <Alert type="info">{words.trust.amazon}</Alert>;
  return (
    <SpaceBetween size="l">
      <FormField label={words.trust.roots}>
        <RadioGroup
          value={draft.isOwn ? "own" : "usual"}
          items={(["usual", "own"] as const).map((value) => ({ value, label: words.trust.kinds[value] }))}
          onChange={({ detail }) => {
            const isOwn = detail.value === "own";
            onChange({ ...draft, isOwn, ...(isOwn ? {} : { caBundle: "" }) });
          }}
        />
      </FormField>
      {draft.isOwn && (
        <Pem
          label={words.trust.ca}
          fileLabel={words.trust.caFile}
          value={draft.caBundle}
          onChange={(caBundle) => onChange({ ...draft, caBundle })}
        />
      )}
      <Checkbox
        checked={draft.checkHostName}
        onChange={({ detail }) => onChange({ ...draft, checkHostName: detail.checked })}
      >
        {words.trust.checkHostName}
      </Checkbox>
      <ClientCertificate draft={draft} onChange={onChange} />
    </SpaceBetween>
  );
}

interface ProxyProps {
  draft: ProxyDraft;
  onChange: (draft: ProxyDraft) => void;
  /** A password is stored. */
  isStored?: boolean;
}

export function ProxyFields({ draft, onChange, isStored }: ProxyProps) {
  const set = (part: Partial<ProxyDraft>) => onChange({ ...draft, ...part });
  return (
    <SpaceBetween size="l">
      <Checkbox checked={draft.isUsed} onChange={({ detail }) => set({ isUsed: detail.checked })}>
        {words.proxy.use}
      </Checkbox>
      {draft.isUsed && (
        <SpaceBetween size="l">
          <FormField label={words.proxy.url}>
            <Input
              value={draft.url}
              placeholder="http://proxy.example.org:3128"
              onChange={({ detail }) => set({ url: detail.value })}
            />
          </FormField>
          <FormField label={words.proxy.user}>
            <Input
              value={draft.user}
              autoComplete={false}
              onChange={({ detail }) => set({ user: detail.value })}
            />
          </FormField>
          <FormField
            label={words.proxy.password}
            description={isStored === true ? words.proxy.passwordHelp : undefined}
          >
            <Input
              type="password"
              value={draft.password}
              autoComplete="new-password"
              onChange={({ detail }) => set({ password: detail.value })}
            />
          </FormField>
        </SpaceBetween>
      )}
    </SpaceBetween>
  );
}
