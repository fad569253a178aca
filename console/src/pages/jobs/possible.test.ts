import { describe, expect, it } from "vitest";

import { possible } from "./possible";

const progress = { total: 3, done: 0, stuck: 0, cancelled: 0 };

describe("what can be done with a job", () => {
  it("is to hold it back or stop it while it is under way", () => {
    expect(possible({ state: "running", priority: "bulk", progress })).toEqual(["pause", "cancel"]);
  });
  it("is not to hold back what protects", () => {
    expect(possible({ state: "queued", priority: "protect", progress })).toEqual(["cancel"]);
  });
  it("is to let it go on once it is held back", () => {
    expect(possible({ state: "paused", priority: "bulk", progress })).toEqual(["resume", "cancel"]);
  });
  it("is to take up or to give up what is stuck", () => {
    const stuck = { ...progress, done: 2, stuck: 1 };
    expect(possible({ state: "stuck", priority: "bulk", progress: stuck })).toEqual(["retry", "cancel"]);
  });
  it("is nothing once it has ended well", () => {
    expect(possible({ state: "succeeded", priority: "bulk", progress: { ...progress, done: 3 } })).toEqual(
      [],
    );
  });
});
