import { describe, expect, it } from "vitest";

import { findingsOf, namedBy, othersOf } from "./findings";

describe("the particulars of an alert", () => {
  const details = {
    findings: [
      {
        region: "eu-central-1",
        detail: "alias/app",
        by: {
          principal: "arn:aws:iam::111122223333:user/mallory",
          event: "DeleteAlias",
          at: "2026-11-23T12:55:24Z",
          source_ip: "198.51.100.7",
          state: "found",
        },
      },
      { region: null, detail: "version 1 within 30 days" },
    ],
    days_left: 30,
  };

  it("name whoever did it, by which event, when and from where", () => {
    expect(findingsOf(details)).toEqual([
      {
        region: "eu-central-1",
        detail: "alias/app",
        by: "arn:aws:iam::111122223333:user/mallory",
        state: "found",
        event: "DeleteAlias",
        at: "2026-11-23T12:55:24Z",
        from: "198.51.100.7",
      },
      expect.objectContaining({ region: undefined, detail: "version 1 within 30 days", by: undefined }),
    ]);
    expect(namedBy(findingsOf(details))).toEqual(["arn:aws:iam::111122223333:user/mallory"]);
  });
  it("that are no findings are shown by their names", () => {
    expect(othersOf(details)).toEqual([["days left", "30"]]);
  });
  it("of another form are shown as they are", () => {
    expect(findingsOf({ findings: ["something"] })[0]?.detail).toBe("something");
    expect(findingsOf({})).toEqual([]);
  });
});
