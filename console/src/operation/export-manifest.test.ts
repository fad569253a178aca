import { describe, expect, it } from "vitest";

import { tar } from "../audit/export";
import { manifestOf } from "./export-manifest";

const statement = {
  group: { id: "g", name: "payments" },
  counts: { keys: 2, versions: 3, left_out: 2 },
  keys: [
    {
      name: "orders",
      versions: [
        { number: 1, left_out: "destroyed" },
        { number: 2, left_out: null },
      ],
    },
    { name: "cards", versions: [{ number: 1, left_out: "not-exportable" }] },
  ],
};
const content = new TextEncoder().encode(JSON.stringify({ signature: "…", statement }));

describe("the manifest of an export", () => {
  it("tells how much there is, and what is left out and why", () => {
    expect(manifestOf(tar([{ path: "manifest.json", content }]))).toEqual({
      group: "payments",
      keys: 2,
      versions: 3,
      leftOut: [
        { key: "orders", version: 1, why: "destroyed" },
        { key: "cards", version: 1, why: "not-exportable" },
      ],
    });
  });
  it("is none of an export that ended before it was whole", () => {
    expect(manifestOf(tar([{ path: "README.txt", content }]))).toBeUndefined();
    expect(manifestOf(tar([{ path: "manifest.json", content }]).subarray(0, -512))).toBeUndefined();
  });
  it("is none where it cannot be read", () => {
    const lacking = [
      { group: {} },
      { group: undefined },
      { counts: {} },
      { counts: undefined },
      { keys: undefined },
    ];
    const written = lacking.map((part) => JSON.stringify({ statement: { ...statement, ...part } }));
    for (const one of ["{", "", "null", "[]", ...written]) {
      const file = { path: "manifest.json", content: new TextEncoder().encode(one) };
      expect(manifestOf(tar([file])), one).toBeUndefined();
    }
  });
});
