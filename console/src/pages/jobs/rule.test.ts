import { describe, expect, it } from "vitest";

import { ruleOf } from "./rule";

describe("a rotation rule", () => {
  it("is told in words", () => {
    expect(ruleOf({ every: "90d", time_zone: "UTC" })).toBe("every 90 days");
    expect(ruleOf({ every: "1mo", time_zone: "UTC" })).toBe("every month");
    expect(ruleOf({ every: "1y", time_zone: "UTC" })).toBe("every year");
  });
  it("of cron is told with its time zone", () => {
    expect(ruleOf({ cron: "0 3 1 * *", time_zone: "Europe/Berlin" })).toBe("at 0 3 1 * * (Europe/Berlin)");
  });
  it("of another form is shown as it is", () => {
    expect(ruleOf({ every: "P90D", time_zone: "UTC" })).toBe("P90D");
  });
});
