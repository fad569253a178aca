// Where the page of something is that is named as `kms-key:ID`.
const PLACES: Record<string, string> = {
  "kms-key": "/kms-keys",
  key: "/keys",
  connection: "/connections",
  keystore: "/keystores",
  user: "/users",
  group: "/groups",
};
/** There is one log. */
const LOG = "audit:log";

/** Its page; undefined where it has none. */
export function subjectPage(subject: string): string | undefined {
  if (subject === LOG) return "/audit";
  const at = subject.indexOf(":");
  const place = PLACES[subject.slice(0, at)];
  return at < 0 || place === undefined ? undefined : `${place}/${subject.slice(at + 1)}`;
}
