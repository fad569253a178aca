import { expect, it } from "vitest";

import { isPeriod } from "./native-days";

it("AWS rotates every 90 to 2560 whole days, or not at all", () => {
  expect(["", "90", "365", "2560"].filter((typed) => !isPeriod(typed))).toEqual([]);
  expect(["0", "89", "2561", "90.5", "-90", "often"].filter(isPeriod)).toEqual([]);
});
