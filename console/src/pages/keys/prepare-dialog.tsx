// Prepares a version for another person to take, wrapped under a public key.
import Alert from "@cloudscape-design/components/alert";
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { atMinute } from "../../format/time";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { Link } from "../../shell/link";
import { text } from "../../text";
import type { Key, Version } from "./columns";
import { Fingerprint } from "./fingerprint";
import { looksPublic, saysPrivate } from "./public-key";

const words = text.keys.prepare;

function Prepared({ answer }: { answer: unknown }) {
  const { public_key_sha256, expires_at } = answer as Schemas["PreparationView"];
  return (
    <Alert type="success" header={words.prepared(atMinute(expires_at))}>
      <SpaceBetween size="s">
        {words.compare}
        <Fingerprint of={public_key_sha256} />
        <Link to="/keys/preparations">{text.keys.preparations.title}</Link>
      </SpaceBetween>
    </Alert>
  );
}

interface PublicKeyProps {
  value: string;
  onChange: (value: string) => void;
}

function PublicKeyField({ value, onChange }: PublicKeyProps) {
  const [name, setName] = useState<string>();
  const [isPrivate, setPrivate] = useState(false);
  const take = async ([file]: File[]) => {
    const pem = file === undefined ? "" : await file.text();
    const isSecret = saysPrivate(pem);
    setPrivate(isSecret);
    setName(file?.name);
    onChange(isSecret ? "" : pem);
  };
  const wrong = value !== "" && !looksPublic(value) ? words.notPublic : undefined;
  return (
    <FormField label={words.publicKey} description={words.publicKeyHelp}>
      <FileUpload
        value={name === undefined ? [] : [new File([], name)]}
        onChange={({ detail }) => void take(detail.value)}
        accept=".pem,.pub,.key"
        errorText={isPrivate ? words.isPrivate : wrong}
        i18nStrings={{
          uploadButtonText: () => text.fields.keyFile.choose,
          dropzoneText: () => text.fields.keyFile.choose,
          removeFileAriaLabel: () => text.fields.keyFile.remove(name ?? ""),
          limitShowFewer: text.shell.close,
          limitShowMore: text.shell.confirm,
          errorIconAriaLabel: words.publicKey,
        }}
      />
    </FormField>
  );
}

interface Props {
  of: Key;
  version: Version;
  onClose: () => void;
}

export function PrepareDialog({ of, version, onClose }: Props) {
  const [publicKey, setPublicKey] = useState("");
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState("24");
  const title = words.title(of.name, version.number);
  const operation = useMemo<Operation | undefined>(() => {
    if (!looksPublic(publicKey) || reason.trim() === "" || hours === "") return undefined;
    const body = { public_key: publicKey, reason, hours: Number(hours) };
    const path = { key: of.id, version: String(version.number) };
    const template = "/api/v1/keys/{key}/versions/{version}/prepare-download";
    return {
      title,
      name: of.name,
      change: change("post", template, { path, body }),
      touches: ["/api/v1/preparations"],
    };
  }, [of, version, publicKey, reason, hours, title]);
  return (
    <OperationDialog
      operation={operation}
      title={title}
      onClose={onClose}
      render={(preview) => (
        <SpaceBetween size="s">
          {words.preview}
          <Fingerprint of={(preview as Schemas["PreparationView"]).public_key_sha256} />
        </SpaceBetween>
      )}
      result={(answer) => <Prepared answer={answer} />}
      fields={
        <SpaceBetween size="m">
          {!of.exportable && <Alert type="warning">{words.notExportable}</Alert>}
          <PublicKeyField value={publicKey} onChange={setPublicKey} />
          <FormField label={words.reason} description={words.reasonHelp}>
            <Textarea value={reason} onChange={({ detail }) => setReason(detail.value)} rows={2} />
          </FormField>
          <FormField label={words.hours} constraintText={words.hoursForm}>
            <Input
              type="number"
              inputMode="numeric"
              value={hours}
              onChange={({ detail }) => setHours(detail.value)}
            />
          </FormField>
        </SpaceBetween>
      }
    />
  );
}
