// Takes what another person prepared, once, as a file.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { Fingerprint } from "./fingerprint";
import { saveDownload, Taken } from "../../operation/taken";
import { useExpected } from "./use-expected";

const words = text.keys.download;

type Download = Schemas["DownloadView"];

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
  /** Of the public key that was shown: under another one nothing is taken. */
  shown: string | undefined;
  onClose: () => void;
}

export function DownloadDialog({ id, name, version, shown, onClose }: Props) {
  const { sha256, isUnseen, field } = useExpected(shown);
  const title = words.title(name, version);
  const operation = useMemo<Operation | undefined>(() => {
    if (sha256 === undefined) return undefined;
    const path = { key: id, version: String(version) };
    const query = { public_key_sha256: sha256 };
    return {
      title,
      name,
      change: change("post", "/api/v1/keys/{key}/versions/{version}/download", { path, query }),
      touches: ["/api/v1/preparations"],
      lost: words.lost,
    };
  }, [id, name, version, sha256, title]);
  return (
    <OperationDialog
      operation={operation}
      title={title}
      onClose={onClose}
      onDone={(answer) => saveDownload(answer as Download)}
      render={(preview) => <Offer preview={preview} />}
      result={(answer) => <Taken download={answer as Download} />}
      fields={
        <SpaceBetween size="m">
          <Box>{words.once}</Box>
          {isUnseen && <Alert type="warning">{words.nothingShown}</Alert>}
          {field}
        </SpaceBetween>
      }
    />
  );
}
