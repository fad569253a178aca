import { describe, expect, it } from "vitest";

import type { Key, Version } from "./columns";
import { destroy, operationsOn } from "./version-operations";

const version = (state: string, due?: string) =>
  ({ number: 3, state, ...(due === undefined ? {} : { destruction_due: due }) }) as Version;

describe("a version of a key", () => {
  it("is deactivated before it can be destroyed", () => {
    expect(operationsOn(version("active"))).toEqual(["deactivate", "compromise", "prepare", "download"]);
    expect(operationsOn(version("deactivated"))).toContain("destroy");
  });

  it("whose destruction is scheduled is spared, not destroyed again", () => {
    const due = operationsOn(version("compromised", "2028-01-01T00:00:00Z"));
    expect(due).toEqual(["cancel-destruction", "prepare", "download"]);
  });

  it("that is destroyed is past everything", () => {
    expect(operationsOn(version("destroyed"))).toEqual([]);
  });

  it("is destroyed late, and with the name typed", () => {
    const operation = destroy({ id: "k", name: "orders" } as Key, version("deactivated"), 45);
    expect(operation).toMatchObject({ name: "orders", loses: true });
    expect(operation.change.body).toEqual({ after_days: 45 });
    expect(operation.change.path).toEqual({ key: "k", version: "3" });
  });
});
