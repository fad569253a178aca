// Prepares a version for another person to take, wrapped under a public key.
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";

import { change } from "../../api/change";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Key, Version } from "./columns";
import { Prepared, Preparing, usePreparing } from "./preparing";

const words = text.keys.prepare;

interface Props {
  of: Key;
  version: Version;
  onClose: () => void;
}

export function PrepareDialog({ of, version, onClose }: Props) {
  const { body, fields } = usePreparing();
  const title = words.title(of.name, version.number);
  const operation = useMemo<Operation | undefined>(() => {
    if (body === undefined) return undefined;
    const path = { key: of.id, version: String(version.number) };
    const template = "/api/v1/keys/{key}/versions/{version}/prepare-download";
    return {
      title,
      name: of.name,
      change: change("post", template, { path, body }),
      touches: ["/api/v1/preparations"],
    };
  }, [of, version, body, title]);
  return (
    <OperationDialog
      operation={operation}
      title={title}
      onClose={onClose}
      render={(preview) => <Preparing preview={preview} />}
      result={(answer) => <Prepared answer={answer} />}
      fields={
        <SpaceBetween size="m">
          {!of.exportable && <Alert type="warning">{words.notExportable}</Alert>}
          {fields}
        </SpaceBetween>
      }
    />
  );
}
