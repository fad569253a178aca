import { beforeEach, describe, expect, it } from "vitest";

import { act, boundsOf, idleness, idleSince, isWaiting, waitedFor } from "./idle";

const MINUTE = 60_000;

describe("somebody who does nothing", () => {
  it.each([2, 15, 30])("is warned a minute before %d minutes are over, and told when they are", (minutes) => {
    const bounds = boundsOf(minutes);
    const end = minutes * MINUTE;
    expect(idleness(0, bounds)).toEqual({ is: "here" });
    expect(idleness(end - MINUTE - 1, bounds)).toEqual({ is: "here" });
    expect(idleness(end - MINUTE, bounds)).toEqual({ is: "late", secondsLeft: 60 });
    expect(idleness(end - 1, bounds)).toEqual({ is: "late", secondsLeft: 1 });
    expect(idleness(end, bounds)).toEqual({ is: "over" });
  });

  it("is warned in the half of a single minute", () => {
    const bounds = boundsOf(1);
    expect(idleness(MINUTE / 2 - 1, bounds)).toEqual({ is: "here" });
    expect(idleness(MINUTE / 2, bounds)).toEqual({ is: "late", secondsLeft: 30 });
  });

  it("has a quarter of an hour where the server does not say", () => {
    expect(boundsOf(undefined)).toEqual(boundsOf(15));
  });
});

describe("somebody who does something all the time", () => {
  it("is told of to the server now and then, well before the warning", () => {
    for (const minutes of [1, 15, 30]) {
      const { every, late } = boundsOf(minutes);
      expect(every).toBe(minutes * 2_000);
      expect(every).toBeLessThan(late / 10);
    }
  });
});

describe("somebody who waits for what is sent", () => {
  it("is there until it is answered or refused", async () => {
    let answer: (said: string) => void = () => undefined;
    const answered = waitedFor(new Promise<string>((resolve) => (answer = resolve)));
    const refused = waitedFor(Promise.reject(new Error("refused")));
    expect(isWaiting()).toBe(true);
    await expect(refused).rejects.toThrow("refused");
    expect(isWaiting()).toBe(true);
    answer("done");
    await expect(answered).resolves.toBe("done");
    expect(isWaiting()).toBe(false);
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
