// Shows what an approved request answered once, as the dialog of its own route does.
import type { Schemas } from "../../api/client";
import type { Approval } from "../../operation/operation";
import { SecretOnce } from "../../operation/secret-once";
import { text } from "../../text";
import { saveDownload, Taken } from "../../operation/taken";
import { saveExport, TakenExport } from "../../operation/taken-export";
import { FirstPassword } from "../../operation/first-password";
import { onceOf } from "./once";

const words = text.approvals.once;

type Download = Schemas["DownloadView"];

/** What is to be shown of it; nothing where it was done and that is all. */
export function shownOnce(request: Approval, answer: unknown) {
  if (answer instanceof Blob) return <TakenExport archive={answer} />;
  const once = onceOf(request, answer);
  if (once === undefined) return undefined;
  if (once.field === "password") return <FirstPassword answer={answer} />;
  if (once.field === "wrapped") return <Taken download={answer as Download} />;
  return <SecretOnce label={words[once.field]} value={once.value} />;
}

/** What leaves as a file is saved at once. */
export function saveOnce(request: Approval, answer: unknown): void {
  if (answer instanceof Blob) void saveExport(answer);
  if (onceOf(request, answer)?.field === "wrapped") saveDownload(answer as Download);
}
