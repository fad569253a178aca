import { beforeEach, describe, expect, it } from "vitest";

import { act, IDLE_MAX, idleness, idleSince } from "./idle";

const MINUTE = 60_000;

describe("somebody who does nothing", () => {
  it("is warned a minute before the session ends, and told when it has", () => {
    expect(idleness(0)).toEqual({ is: "here" });
    expect(idleness(IDLE_MAX - MINUTE - 1)).toEqual({ is: "here" });
    expect(idleness(IDLE_MAX - MINUTE)).toEqual({ is: "late", secondsLeft: 60 });
    expect(idleness(IDLE_MAX - 1)).toEqual({ is: "late", secondsLeft: 1 });
    expect(idleness(IDLE_MAX)).toEqual({ is: "over" });
  });
});

describe("the last act", () => {
  beforeEach(() => localStorage.clear());

  it("counts for all tabs", () => {
    act(1_000);
    expect(idleSince(31_000)).toBe(30_000);
  });

  it("is now where none is known, or the clock went back", () => {
    expect(idleSince(5_000)).toBe(0);
    act(9_000);
    expect(idleSince(5_000)).toBe(0);
    localStorage.setItem("keyferry.active", "nonsense");
    expect(idleSince(5_000)).toBe(0);
  });
});
