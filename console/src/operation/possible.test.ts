import { expect, test } from "vitest";

import { isPossible } from "./operation";

const plan = (part: object) => ({ summary: "disable 2 KMS keys", steps: [], kms_keys: 2, ...part });
const refused = (name: string) => ({ kms_key: name, code: "kms-key.tags", message: "no", hint: "" });

test("what is blocked, or refused for every single one, cannot be carried out; what is left of it can", () => {
  expect(isPossible(plan({}))).toBe(true);
  expect(isPossible(plan({ blocked: { code: "plan.gone", reason: "it is gone", hint: "" } }))).toBe(false);
  expect(isPossible(plan({ refused: [refused("one")] }))).toBe(true);
  expect(isPossible(plan({ refused: [refused("one"), refused("other")] }))).toBe(false);
  expect(isPossible({ name: "a record" })).toBe(true);
});
