import { describe, expect, it } from "vitest";

import { lifetimeOf } from "./lifetime";

describe("how long a template holds material", () => {
  const shown = (end: string) => `until ${end}`;

  it("is told in days where it is said in days", () => {
    expect(lifetimeOf({ valid_days: 90 }, shown)).toBe("90 days from when it is made or rotated");
  });

  it("is told by its end, or as never", () => {
    expect(lifetimeOf({ expires_at: "2030-01-01T00:00:00Z" }, shown)).toBe("until 2030-01-01T00:00:00Z");
    expect(lifetimeOf({ expires_at: null, valid_days: null }, shown)).toBe("Never");
    expect(lifetimeOf({}, shown)).toBe("Never");
  });
});
