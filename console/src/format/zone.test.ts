import { describe, expect, it } from "vitest";

import { inUtc, momentIn, offsetIn, shownIn, stamped } from "./zone";

const at = (zone: string, date: string, time: string) => momentIn(zone, date, time)?.toISOString();

describe("a time of day in a time zone", () => {
  it("is the moment at which clocks there show it, in summer and winter", () => {
    expect(at("US/Pacific", "2028-08-18", "00:48")).toBe("2028-08-18T07:48:00.000Z");
    expect(at("Europe/Berlin", "2027-01-15", "12:00")).toBe("2027-01-15T11:00:00.000Z");
    expect(at("Asia/Kathmandu", "2027-01-15", "12:00")).toBe("2027-01-15T06:15:00.000Z");
    expect(at("UTC", "2027-01-15", "12:00")).toBe("2027-01-15T12:00:00.000Z");
  });

  it("that clocks skip comes that much later", () => {
    expect(at("Europe/Berlin", "2027-03-28", "02:30")).toBe("2027-03-28T01:30:00.000Z");
    expect(at("America/New_York", "2027-03-14", "02:30")).toBe("2027-03-14T07:30:00.000Z");
  });

  it("is none while it is not whole, or where there is no such day", () => {
    expect(momentIn("UTC", "2027-01", "12:00")).toBeUndefined();
    expect(momentIn("UTC", "2027-01-15", "12")).toBeUndefined();
    expect(momentIn("UTC", "2027-02-30", "12:00")).toBeUndefined();
    expect(momentIn("UTC", "2027-02-28", "24:00")).toBeUndefined();
  });
});

describe("moments", () => {
  const summer = new Date("2028-08-18T07:48:00Z");

  it("are told with the offset of a zone, in UTC, and as the server takes them", () => {
    expect(offsetIn("US/Pacific", summer)).toBe("UTC-07:00");
    expect(offsetIn("Asia/Kathmandu", summer)).toBe("UTC+05:45");
    expect(inUtc(summer)).toBe("2028-08-18 07:48 UTC");
    expect(stamped(summer)).toBe("2028-08-18T07:48:00Z");
  });

  it("is what is shown there at its moment", () => {
    expect(shownIn("US/Pacific", new Date("2028-08-18T07:48:30Z"))).toEqual({
      date: "2028-08-18",
      time: "00:48",
    });
    expect(shownIn("Asia/Kathmandu", new Date("2027-01-15T18:30:00Z"))).toEqual({
      date: "2027-01-16",
      time: "00:15",
    });
  });
});
