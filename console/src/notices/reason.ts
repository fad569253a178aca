// A refusal in one line: why, and what helps.
export function reasonOf(why: string, hint: string | null | undefined): string {
  return hint == null || hint === "" ? why : `${why}; ${hint}`;
}
