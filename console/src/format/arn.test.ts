import { describe, expect, it } from "vitest";

import { accountOf, resourceOf } from "./arn";

describe("an ARN", () => {
  it("tells whose it is, and what", () => {
    const alice = "arn:aws:iam::111122223333:user/alice";
    expect([accountOf(alice), resourceOf(alice)]).toEqual(["111122223333", "user/alice"]);
    expect(resourceOf("arn:aws:logs:eu-central-1:111122223333:log-group:app")).toBe("log-group:app");
  });

  it("is not made of what is none", () => {
    expect([accountOf("111122223333"), resourceOf("111122223333")]).toEqual([undefined, "111122223333"]);
  });
});
