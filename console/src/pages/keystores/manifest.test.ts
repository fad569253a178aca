import { expect, test } from "vitest";

import { bindLines, LINES_MAX, readManifest } from "./manifest";

test("a manifest has comments, empty lines, and a first version or none", () => {
  expect(readManifest("# KMS key, key\nalias/a, orders\r\n\nalias/b,invoices, 3\n")).toEqual([
    { kmsKey: "alias/a", key: "orders", first: "" },
    { kmsKey: "alias/b", key: "invoices", first: "3" },
  ]);
});

test("the line that is none is named", () => {
  expect(readManifest("alias/a, orders\nalias/b")).toBe(2);
  expect(readManifest("alias/a, orders, x")).toBe(1);
  expect(readManifest("alias/a, orders, 1, 2")).toBe(1);
});

test("only whole lines are sent, and not too many", () => {
  const line = { kmsKey: "alias/a", key: "orders", first: " 2 " };
  expect(bindLines([line])).toEqual([{ kms_key: "alias/a", key: "orders", first_version: 2 }]);
  expect(bindLines([line, { ...line, key: "" }])).toBeUndefined();
  expect(bindLines([])).toBeUndefined();
  expect(bindLines(Array.from({ length: LINES_MAX + 1 }, () => line))).toBeUndefined();
});
