// Adds what a witness cosigned, pasted or from a file.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { cosignaturesOf } from "../../audit/cosignature";
import { FileText } from "../../fields/file-text";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { Cosigners } from "./cosigners";

const words = text.audit.witnesses;
const ROWS = 7;

/** Why it cannot be added; nothing where it can. */
function flawOf(note: string): string | undefined {
  try {
    return cosignaturesOf(note).length === 0 ? words.notCosigned : undefined;
  } catch {
    return text.audit.verify.why["malformed-note"];
  }
}

/** As it was signed: what is pasted often lacks the end of its last line. */
function noteOf(said: string): string {
  return `${said.replaceAll("\r\n", "\n").trimEnd()}\n`;
}

function Kept({ answer }: { answer: unknown }) {
  const { size, note } = answer as Schemas["SignedCheckpointView"];
  return (
    <Alert type="success" header={words.kept(size)}>
      <Cosigners note={note} />
    </Alert>
  );
}

export function AddCosignature({ onClose }: { onClose: () => void }) {
  const [said, setSaid] = useState("");
  const isSaid = said.trim() !== "";
  const flaw = isSaid ? flawOf(noteOf(said)) : undefined;
  const operation = useMemo<Operation | undefined>(() => {
    if (!isSaid || flaw !== undefined) return undefined;
    return {
      title: words.add,
      name: words.add,
      change: change("post", "/api/v1/audit/cosignatures", { body: { note: noteOf(said) } }),
      touches: ["/api/v1/audit"],
    };
  }, [said, isSaid, flaw]);
  return (
    <OperationDialog
      operation={operation}
      title={words.add}
      onClose={onClose}
      render={() => (
        <div>
          <Box variant="awsui-key-label">{words.seen}</Box>
          <Cosigners note={noteOf(said)} />
        </div>
      )}
      result={(answer) => <Kept answer={answer} />}
      fields={
        <SpaceBetween size="m">
          <div className="code">
            <FormField label={words.note} description={words.noteHelp} errorText={flaw} stretch>
              <Textarea
                value={said}
                rows={ROWS}
                spellcheck={false}
                onChange={({ detail }) => setSaid(detail.value)}
              />
            </FormField>
          </div>
          <FileText
            label={words.file}
            onText={(read) => {
              setSaid(read);
              return undefined;
            }}
          />
        </SpaceBetween>
      }
    />
  );
}
