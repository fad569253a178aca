// The file in which AWS's console gives an access key, and the making of external ids.
export interface AccessKey {
  accessKeyId: string;
  secret: string;
}

/** Cells of a line of CSV; a quote inside quotes is doubled. */
function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? "").trim(),
  );
}

/** Reads `Access key ID,Secret access key`, with other columns beside them or not; nothing where they are not there. */
export function accessKeyOf(csv: string): AccessKey | undefined {
  const lines = csv
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  const [head, row] = lines.map(cellsOf);
  if (head === undefined || row === undefined) return undefined;
  const names = head.map((name) => name.toLowerCase());
  const accessKeyId = row[names.indexOf("access key id")];
  const secret = row[names.indexOf("secret access key")];
  if (accessKeyId === undefined || secret === undefined || accessKeyId === "" || secret === "")
    return undefined;
  return { accessKeyId, secret };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const EXTERNAL_ID_LENGTH = 32;

/** An external id that nobody guesses. */
export function newExternalId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(EXTERNAL_ID_LENGTH));
  return [...bytes].map((byte) => LETTERS[byte % LETTERS.length]).join("");
}
