// Which lines are shown.
export interface Wanted {
  /** The current file where it is empty. */
  file: string;
  lines: string;
  q: string;
  user: string;
  outcome: "" | "success" | "failed";
}

export const USUAL: Wanted = { file: "", lines: "10", q: "", user: "", outcome: "" };
const LINES_MAX = 10_000;

/** How many lines; undefined where it is no number that the server takes. */
export function linesOf({ lines }: Wanted): number | undefined {
  const count = /^[0-9]+$/.test(lines.trim()) ? Number(lines) : 0;
  return count >= 1 && count <= LINES_MAX ? count : undefined;
}

/** What the server is asked for. */
export function queryOf(wanted: Wanted) {
  const { file, q, user, outcome } = wanted;
  return {
    lines: linesOf(wanted) ?? Number(USUAL.lines),
    ...(file === "" ? {} : { file }),
    ...(q.trim() === "" ? {} : { q: q.trim() }),
    ...(user.trim() === "" ? {} : { user: user.trim() }),
    ...(outcome === "" ? {} : { outcome }),
  };
}
