import { expect, test } from "vitest";

import { accessKeyOf, newExternalId } from "./access-key-file";

test("the file of AWS's console is read, whatever stands beside the access key", () => {
  const key = { accessKeyId: "AKIAEXAMPLE", secret: "abc/+def" };
  expect(accessKeyOf("Access key ID,Secret access key\r\nAKIAEXAMPLE,abc/+def\r\n")).toEqual(key);
  expect(accessKeyOf("\uFEFFAccess key ID,Secret access key\nAKIAEXAMPLE,abc/+def")).toEqual(key);
  expect(
    accessKeyOf('User name,Password,Access key ID,Secret access key\n"a, ""b""",,AKIAEXAMPLE,abc/+def'),
  ).toEqual(key);
});

test("what is no such file is told as such", () => {
  expect(accessKeyOf("")).toBeUndefined();
  expect(accessKeyOf("Access key ID,Secret access key\n")).toBeUndefined();
  expect(accessKeyOf("Access key ID,Secret access key\nAKIAEXAMPLE,\n")).toBeUndefined();
  expect(accessKeyOf("name,value\nAKIAEXAMPLE,abc\n")).toBeUndefined();
});

test("external ids are long, and never the same", () => {
  expect(newExternalId()).toMatch(/^[a-z2-7]{32}$/);
  expect(newExternalId()).not.toBe(newExternalId());
});
