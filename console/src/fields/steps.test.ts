import { expect, test } from "vitest";

import { reached } from "./steps";

const wants = [
  ({ name }: { name: string }) => (name === "" ? ["name"] : []),
  () => [],
  ({ name }: { name: string }) => (name === "bad" ? ["another name"] : []),
];

test("a wizard goes forward as far as nothing is missing", () => {
  expect(reached(wants, { name: "" }, 0, 1)).toBe(0);
  expect(reached(wants, { name: "a" }, 0, 3)).toBe(3);
  expect(reached(wants, { name: "bad" }, 0, 3)).toBe(2);
});

test("a wizard goes back whatever is missing", () => {
  expect(reached(wants, { name: "" }, 2, 1)).toBe(1);
});
