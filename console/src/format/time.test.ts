import { describe, expect, it } from "vitest";

import { atMinute, endOf, fromNow, inItsZone, lasting } from "./time";

describe("times", () => {
  const now = Date.parse("2026-06-01T12:00:00Z");

  it("are told from now in the largest unit that fits", () => {
    expect(fromNow("2026-06-01T12:20:00Z", now)).toBe("in 20 minutes");
    expect(fromNow("2026-06-01T09:00:00Z", now)).toBe("3 hours ago");
    expect(fromNow("2026-06-02T12:00:00Z", now)).toBe("in 24 hours");
    expect(fromNow("2026-06-02T23:00:00Z", now)).toBe("in 35 hours");
    expect(fromNow("2026-05-30T12:00:00Z", now)).toBe("2 days ago");
    expect(fromNow("2026-06-01T12:00:20Z", now)).toBe("now");
    expect(fromNow("2026-06-30T12:00:00Z", now)).toBe("in 29 days");
  });

  it("that there are not are shown as nothing", () => {
    expect(atMinute(null)).toBe("");
    expect(atMinute(undefined)).toBe("");
  });
});

describe("a time with its zone", () => {
  it("is told there", () => {
    expect(inItsZone("2027-02-21T13:01:36.724559+00:00[UTC]")).toBe("2027-02-21 13:01 (UTC)");
    expect(inItsZone("soon")).toBe("soon");
  });
});

describe("days", () => {
  it("end with their last second here", () => {
    expect(new Date(endOf("2026-11-23")).getTime()).toBe(new Date(2026, 10, 23, 23, 59, 59).getTime());
  });
});

describe("durations", () => {
  it("are told in words of at most two units", () => {
    expect(lasting(59)).toBe("59 s");
    expect(lasting(61)).toBe("1 min");
    expect(lasting(3600)).toBe("1 h");
    expect(lasting(3900)).toBe("1 h 5 min");
  });
});
