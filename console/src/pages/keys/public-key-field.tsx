// A public key, pasted or from a file, with its SHA-256, to be compared with what its owner tells.
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";

import { text } from "../../text";
import { looksPublic, saysPrivate } from "./public-key";

const words = text.keys.prepare;
const ROWS = 4;

interface Props {
  value: string;
  onChange: (value: string) => void;
}

export function PublicKeyField({ value, onChange }: Props) {
  const [name, setName] = useState<string>();
  const [isPrivate, setPrivate] = useState(false);
  const put = (pem: string) => {
    const isSecret = saysPrivate(pem);
    setPrivate(isSecret);
    onChange(isSecret ? "" : pem);
  };
  const take = async ([file]: File[]) => {
    setName(file?.name);
    put(file === undefined ? "" : await file.text());
  };
  const wrong = value.trim() !== "" && !looksPublic(value) ? words.notPublic : undefined;
  const error = isPrivate ? words.isPrivate : wrong;
  return (
    <SpaceBetween size="s">
      <FormField label={words.publicKey} description={words.publicKeyHelp} errorText={error} stretch>
        <Textarea
          value={value}
          rows={ROWS}
          spellcheck={false}
          placeholder={words.publicKeyForm}
          onChange={({ detail }) => {
            setName(undefined);
            put(detail.value);
          }}
        />
      </FormField>
      <FormField label={words.publicKeyFile}>
        <FileUpload
          value={name === undefined ? [] : [new File([], name)]}
          onChange={({ detail }) => void take(detail.value)}
          accept=".pem,.pub,.key"
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
    </SpaceBetween>
  );
}
