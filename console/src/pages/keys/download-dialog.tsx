// Takes what another person prepared, once, as a file.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { saveBytes } from "../../format/save";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { Fingerprint } from "./fingerprint";
import { isSha256 } from "./public-key";

const words = text.keys.download;

type Download = Schemas["DownloadView"];

function save({ wrapped, preparation }: Download): void {
  if (wrapped != null) saveBytes(`${preparation.name}-${preparation.version ?? 0}.wrapped`, wrapped);
}

function Taken({ answer }: { answer: unknown }) {
  const download = answer as Download;
  return (
    <Alert type="success" header={words.taken}>
      <SpaceBetween size="s">
        {words.unwrap(download.wrapping)}
        <Box variant="code">
          {words.command(download.preparation.name, download.preparation.version ?? 0)}
        </Box>
        <Button onClick={() => save(download)}>{words.again}</Button>
      </SpaceBetween>
    </Alert>
  );
}

function Offer({ preview }: { preview: unknown }) {
  const { preparation, wrapping } = preview as Download;
  return (
    <SpaceBetween size="s">
      {words.preview(preparation.prepared_by, preparation.reason)}
      <Fingerprint of={preparation.public_key_sha256} />
      <Box color="text-body-secondary">{wrapping}</Box>
    </SpaceBetween>
  );
}

interface Props {
  /** The key's id and name. */
  id: string;
  name: string;
  version: number;
  onClose: () => void;
}

export function DownloadDialog({ id, name, version, onClose }: Props) {
  const [expected, setExpected] = useState("");
  const title = words.title(name, version);
  const sha256 = expected.trim();
  const operation = useMemo<Operation | undefined>(() => {
    if (!isSha256(sha256)) return undefined;
    const path = { key: id, version: String(version) };
    const query: Record<string, string> = sha256 === "" ? {} : { public_key_sha256: sha256.toLowerCase() };
    return {
      title,
      name,
      change: change("post", "/api/v1/keys/{key}/versions/{version}/download", { path, query }),
      touches: ["/api/v1/preparations"],
    };
  }, [id, name, version, sha256, title]);
  return (
    <OperationDialog
      operation={operation}
      title={title}
      onClose={onClose}
      onDone={(answer) => save(answer as Download)}
      render={(preview) => <Offer preview={preview} />}
      result={(answer) => <Taken answer={answer} />}
      fields={
        <SpaceBetween size="m">
          <Box>{words.once}</Box>
          <FormField
            label={words.expected}
            description={words.expectedHelp}
            errorText={operation === undefined ? words.notSha256 : undefined}
          >
            <Input
              value={expected}
              onChange={({ detail }) => setExpected(detail.value)}
              autoComplete={false}
            />
          </FormField>
        </SpaceBetween>
      }
    />
  );
}
