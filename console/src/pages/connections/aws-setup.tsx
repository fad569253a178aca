// What an AWS administrator sets up before an account is connected, and what a firewall lets through.
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";
import { Hosts } from "./hosts";
import type { IdentityDraft, Tier } from "./settings";

const words = text.connections.setup;
const ROWS = 12;
const FORMATS = (["json", "terraform", "cloudformation"] as const).map((value) => ({
  value,
  label: words.formats[value],
}));
type Format = (typeof FORMATS)[number]["value"];

interface Props {
  tier: Tier;
  regions: string[];
  /** As the API names endpoints: `standard`, `fips`, a host name or a URL. */
  endpoint: string;
  kind: IdentityDraft["kind"];
  externalId: string;
  account: string;
}

interface Asked {
  format: Format;
  account: string;
  principal: string;
  provider: string;
  subject: string;
  isGuardrail: boolean;
}

function Document({ document }: { document: Schemas["PolicyDocumentView"] }) {
  const name = words.kinds[document.kind] ?? document.kind;
  return (
    <SpaceBetween size="xs">
      <Header
        variant="h3"
        description={document.file_name}
        actions={
          <CopyToClipboard
            copyButtonText={text.shell.copy}
            copyButtonAriaLabel={words.copy(name)}
            copySuccessText={text.shell.copied}
            copyErrorText={text.shell.copyFailed}
            textToCopy={document.text}
          />
        }
      >
        {name}
      </Header>
      <Textarea readOnly value={document.text} rows={ROWS} ariaLabel={name} spellcheck={false} />
    </SpaceBetween>
  );
}

/** Whether it is whole, so that it can be asked with. */
function isAccount(account: string): boolean {
  return /^\d{12}$/.test(account);
}

function queryOf({ tier, kind, externalId }: Props, asked: Asked) {
  const { principal, provider, subject } = asked;
  const isRole = kind === "assume-role" && (isAccount(principal) || principal.startsWith("arn:"));
  const isWeb = kind === "web-identity" && provider !== "" && subject !== "";
  return {
    tier,
    format: asked.format,
    ...(isAccount(asked.account) ? { account: asked.account } : {}),
    ...(isRole ? { principal } : {}),
    ...(isRole && externalId !== "" ? { external_id: externalId } : {}),
    ...(isWeb ? { provider, subject } : {}),
    ...(asked.isGuardrail ? { guardrail: true } : {}),
  };
}

function Questions({
  kind,
  asked,
  set,
}: {
  kind: Props["kind"];
  asked: Asked;
  set: (part: Partial<Asked>) => void;
}) {
  return (
    <ColumnLayout columns={2}>
      <FormField label={words.format}>
        <Select
          selectedOption={FORMATS.find(({ value }) => value === asked.format) ?? null}
          options={FORMATS}
          onChange={({ detail }) => set({ format: detail.selectedOption.value as Format })}
        />
      </FormField>
      <FormField label={words.account} description={words.accountHelp}>
        <Input value={asked.account} onChange={({ detail }) => set({ account: detail.value.trim() })} />
      </FormField>
      {kind === "assume-role" && (
        <FormField label={words.principal} description={words.principalHelp}>
          <Input value={asked.principal} onChange={({ detail }) => set({ principal: detail.value.trim() })} />
        </FormField>
      )}
      {kind === "web-identity" && (
        <>
          <FormField label={words.provider} description={words.providerHelp}>
            <Input value={asked.provider} onChange={({ detail }) => set({ provider: detail.value.trim() })} />
          </FormField>
          <FormField label={words.subject} description={words.subjectHelp}>
            <Input value={asked.subject} onChange={({ detail }) => set({ subject: detail.value.trim() })} />
          </FormField>
        </>
      )}
      <FormField label={words.kinds.guardrail} description={words.guardrailHelp}>
        <Checkbox checked={asked.isGuardrail} onChange={({ detail }) => set({ isGuardrail: detail.checked })}>
          {words.guardrail}
        </Checkbox>
      </FormField>
    </ColumnLayout>
  );
}

export function AwsSetup(props: Props) {
  const [asked, setAsked] = useState<Asked>({
    format: "json",
    account: props.account,
    principal: "",
    provider: "",
    subject: "",
    isGuardrail: false,
  });
  const { data, error } = useRead("/api/v1/connections/policy", { query: queryOf(props, asked) });
  return (
    <SpaceBetween size="l">
      <Box>{words.detail}</Box>
      <Questions kind={props.kind} asked={asked} set={(part) => setAsked({ ...asked, ...part })} />
      {error !== null && <ProblemAlert isRead problem={error.problem} />}
      {data?.external_id != null && <Box>{words.external(data.external_id)}</Box>}
      {data?.documents.map((document) => (
        <Document key={document.file_name} document={document} />
      ))}
      <Hosts regions={props.regions} endpoint={props.endpoint} />
    </SpaceBetween>
  );
}
