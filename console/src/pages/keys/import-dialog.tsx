// A key of what a file holds, or the next version of one. Nothing goes to AWS.
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import { importOf, isRead, READING, type KeyFile } from "../../fields/key-file";
import { KeyFileField, ReadingFields } from "../../fields/key-file-fields";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import type { Key } from "./columns";
import { useOwner } from "./groups";
import { KeyMade } from "./key-made";
import { isFit, NEW_KEY, newKeyOf, NewKeyFields } from "./new-key";

const words = text.keys.import;

interface Props {
  /** The key whose next version it becomes; a new key unless given. */
  of?: Key;
  onClose: () => void;
}

export function ImportDialog({ of, onClose }: Props) {
  const [draft, setDraft] = useState(NEW_KEY);
  const [file, setFile] = useState<KeyFile>();
  const [reading, setReading] = useState(READING);
  const title = of === undefined ? words.title : words.versionTitle(of.name);
  // What is shown is what is sent.
  const group = useOwner(draft.group);
  const operation = useMemo<Operation | undefined>(() => {
    const name = of?.name ?? draft.name.trim();
    if (file === undefined || !isRead(reading) || (of === undefined && !isFit(draft))) return undefined;
    const where = of === undefined ? newKeyOf({ ...draft, group }) : { new_version_of: of.id };
    const body = { ...where, ...importOf(file, reading) };
    return { title, name, change: change("post", "/api/v1/keys/import", { body }) };
  }, [of, draft, group, file, reading, title]);
  return (
    <OperationDialog
      operation={operation}
      title={title}
      onClose={onClose}
      // The file was sent: from now on nothing of it is here.
      onDone={() => setFile(undefined)}
      onAsked={() => setFile(undefined)}
      result={(answer) => <KeyMade answer={answer} />}
      fields={
        <SpaceBetween size="m">
          {of === undefined && <NewKeyFields value={draft} onChange={setDraft} />}
          <KeyFileField file={file} onFile={setFile} />
          <ReadingFields reading={reading} onChange={setReading} group={of?.group} />
        </SpaceBetween>
      }
    />
  );
}
