import { describe, expect, it } from "vitest";

import { Refused, type Problem } from "../api/client";
import { choicesStatus } from "./choices-status";

const there = { isPending: false, error: null };
const awaited = { isPending: true, error: null };

describe("what a choice says of what it offers", () => {
  it("is nothing once all is read", () => {
    expect(choicesStatus()).toEqual({ statusType: "finished" });
    expect(choicesStatus(there, there)).toEqual({ statusType: "finished" });
  });
  it("is that something is under way", () => {
    expect(choicesStatus(there, awaited)).toMatchObject({ statusType: "loading" });
  });
  it("is why something was refused, whatever else is under way", () => {
    const problem = { code: "access.denied", detail: "You may not read groups." };
    const refused = { isPending: false, error: new Refused(problem as Problem) };
    expect(choicesStatus(awaited, refused)).toEqual({ statusType: "error", errorText: problem.detail });
  });
});
