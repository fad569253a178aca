// Takes everything of a group that another person prepared, once, as an archive.
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { Fingerprint } from "./fingerprint";
import { saveExport, TakenExport } from "../../operation/taken-export";
import { useExpected } from "./use-expected";

const words = text.keys.leaving;

type Preparation = Schemas["PreparationView"];

function Offer({ preview }: { preview: unknown }) {
  const { prepared_by: by, reason, public_key_sha256: sha256 } = preview as Preparation;
  return (
    <SpaceBetween size="s">
      {text.keys.download.preview(by, reason)}
      <Fingerprint of={sha256} />
      <Box color="text-body-secondary">{words.spent}</Box>
    </SpaceBetween>
  );
}

export function TakeExportDialog({ of, onClose }: { of: Preparation; onClose: () => void }) {
  const { sha256, field } = useExpected(of.public_key_sha256);
  const title = words.takeTitle(of.name);
  const operation = useMemo<Operation | undefined>(() => {
    if (sha256 === undefined) return undefined;
    const where = { path: { group: of.group }, query: { public_key_sha256: sha256 } };
    return {
      title,
      name: of.name,
      change: change("post", "/api/v1/groups/{group}/export", { ...where, file: true }),
      touches: ["/api/v1/preparations"],
      lost: text.keys.download.lost,
    };
  }, [of, sha256, title]);
  return (
    <OperationDialog
      operation={operation}
      title={title}
      onClose={onClose}
      onDone={(answer) => void saveExport(answer as Blob)}
      render={(preview) => <Offer preview={preview} />}
      result={(answer) => <TakenExport archive={answer as Blob} />}
      fields={
        <SpaceBetween size="m">
          <Box>{words.once}</Box>
          {field}
        </SpaceBetween>
      }
    />
  );
}
