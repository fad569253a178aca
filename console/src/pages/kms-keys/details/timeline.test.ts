import { describe, expect, it } from "vitest";

import { KMS_KEY } from "./sample";
import { timeline } from "./timeline";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const MADE = "2026-01-01T00:00:00Z";

function version(number: number, more: object = {}) {
  const made = { created_at: MADE, state_since: MADE, state: "active", origin: "generated" };
  return { number, usage: [], fingerprint: "00", ...made, ...more };
}

const OLD = {
  ...KMS_KEY,
  created_at: "2026-01-02T00:00:00Z",
  versions: [{ number: 1 }, { number: 2, expires_at: "2026-05-01T00:00:00Z" }],
};

function told(...about: Parameters<typeof timeline>): string[] {
  return timeline(...about).map(({ kind, at, standing }) => `${at.slice(0, 10)} ${kind} ${standing}`);
}

describe("the timeline of a KMS key", () => {
  it("tells the latest first, and what is still to come", () => {
    const kmsKey = {
      ...OLD,
      rotation: { next: "2026-09-01T00:00:00Z" },
      deletion_date: "2026-07-01T00:00:00Z",
    } as typeof KMS_KEY;
    const second = version(2, { created_at: "2026-03-01T00:00:00Z", state_since: "2026-03-01T00:00:00Z" });
    expect(told(kmsKey, [version(1), second], NOW)).toEqual([
      "2026-09-01 rotation ahead",
      "2026-07-01 deletion ahead",
      "2026-05-01 expiry past",
      "2026-03-01 made past",
      "2026-01-02 created past",
      "2026-01-01 made past",
    ]);
  });

  it("tells a state that changed, and a destruction once", () => {
    const changed = version(1, { state: "deactivated", state_since: "2026-04-01T00:00:00Z" });
    expect(told(OLD, [changed], NOW)).toContain("2026-04-01 state past");
    const due = { ...changed, destruction_due: "2026-08-01T00:00:00Z" };
    expect(told(OLD, [due], NOW)).toContain("2026-08-01 destruction ahead");
    const gone = { ...due, state: "destroyed", destroyed_at: "2026-05-20T00:00:00Z" };
    const events = told(OLD, [gone], NOW);
    expect(events).toContain("2026-05-20 destroyed past");
    expect(events.filter((event) => /state|destruction/.test(event))).toEqual([]);
  });

  it("leaves out versions that the KMS key does not hold", () => {
    expect(told(OLD, [version(3)], NOW)).toEqual(["2026-05-01 expiry past", "2026-01-02 created past"]);
  });

  it("does not tell as done what was due and is not proved", () => {
    const kmsKey = {
      ...OLD,
      rotation: { next: "2026-05-30T00:00:00Z" },
      deletion_date: "2026-05-29T00:00:00Z",
    } as typeof KMS_KEY;
    const due = version(1, { destruction_due: "2026-05-28T00:00:00Z" });
    const events = told(kmsKey, [due], NOW);
    expect(events).toContain("2026-05-30 rotation due");
    expect(events).toContain("2026-05-29 deletion due");
    expect(events).toContain("2026-05-28 destruction due");
    expect(told({ ...kmsKey, life: "DELETED" }, [due], NOW)).toContain("2026-05-29 deletion past");
  });

  it.each(["INACTIVE", "REPLACED", "PENDING_DELETION", "DELETED"])(
    "leaves out rotations of a KMS key that is %s",
    (life) => {
      const kmsKey = { ...OLD, life, rotation: { next: "2026-09-01T00:00:00Z" } } as typeof KMS_KEY;
      expect(told(kmsKey, [], NOW).filter((event) => event.includes("rotation"))).toEqual([]);
    },
  );
});
