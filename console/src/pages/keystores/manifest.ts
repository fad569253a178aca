// Which KMS key is bound to which key of the vault: lines of a form, and of a file.
import type { Schemas } from "../../api/client";

export interface BindingDraft {
  kmsKey: string;
  key: string;
  /** Empty is the key's oldest. */
  first: string;
}

/** As many go in one request. */
export const LINES_MAX = 200;
const CELLS_MAX = 3;

/** Reads a manifest; gives the number of the first line that is none. */
export function readManifest(manifest: string): BindingDraft[] | number {
  const lines: BindingDraft[] = [];
  for (const [index, line] of manifest.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const cells = line.split(",").map((cell) => cell.trim());
    const [kmsKey = "", key = "", first = ""] = cells;
    if (kmsKey === "" || key === "" || cells.length > CELLS_MAX || !/^\d*$/.test(first)) return index + 1;
    lines.push({ kmsKey, key, first });
  }
  return lines;
}

/** The lines as the API takes them; nothing as long as one is not whole. */
export function bindLines(drafts: BindingDraft[]): Schemas["BindLine"][] | undefined {
  const isWhole = drafts.every(
    ({ kmsKey, key, first }) => kmsKey.trim() !== "" && key !== "" && /^\d*$/.test(first.trim()),
  );
  if (drafts.length === 0 || drafts.length > LINES_MAX || !isWhole) return undefined;
  return drafts.map(({ kmsKey, key, first }) => ({
    kms_key: kmsKey.trim(),
    key,
    ...(first.trim() === "" ? {} : { first_version: Number(first) }),
  }));
}
