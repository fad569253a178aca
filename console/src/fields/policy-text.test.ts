import { describe, expect, it } from "vitest";

import { bytesOf, flawOf, laidOut, saysTheSame } from "./policy-text";

describe("key policies", () => {
  it("are the same whatever the order of names and the brackets around one", () => {
    const one = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:*"],"Principal":{"AWS":["a","b"]}}]}`;
    const other = `{"Statement":[{"Principal":{"AWS":["b","a"]},"Action":"kms:*","Effect":"Allow"}],"Version":"2012-10-17"}`;
    expect(saysTheSame(one, other)).toBe(true);
    expect(saysTheSame(one, other.replace("Allow", "Deny"))).toBe(false);
  });

  it("that are no JSON stay as they are, and it is told why", () => {
    expect(laidOut("{")).toBe("{");
    expect(flawOf("{")).toMatch(/JSON/);
    expect(flawOf(laidOut(`{"a":1}`))).toBeUndefined();
    expect(laidOut(`{"a":1}`)).toBe(`{\n  "a": 1\n}`);
  });

  it("are measured in bytes", () => {
    expect(bytesOf("ä")).toBe(2);
  });
});
