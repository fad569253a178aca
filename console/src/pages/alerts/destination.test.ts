import { describe, expect, it } from "vitest";

import { addition, addressesOf, EMPTY } from "./destination";

describe("a new destination", () => {
  it("is nothing as long as something is missing", () => {
    expect(addition(EMPTY)).toBeUndefined();
    expect(addition({ ...EMPTY, name: "pager" })).toBeUndefined();
    expect(addition({ ...EMPTY, kind: "mail", name: "ops", host: "mail.example.org" })).toBeUndefined();
  });
  it("of a webhook has its address alone", () => {
    const fields = { ...EMPTY, name: " pager ", url: "https://hooks.example.org/k", host: "ignored" };
    expect(addition(fields)?.change.body).toEqual({
      name: "pager",
      severity: "warning",
      address: { kind: "webhook", url: "https://hooks.example.org/k" },
    });
  });
  it("of mailboxes leaves out what was not said", () => {
    const fields = {
      ...EMPTY,
      kind: "mail" as const,
      name: "ops",
      host: "mail.example.org",
      port: "587",
      security: "starttls" as const,
      from: "keyferry@example.org",
      to: "ops@example.org, night@example.org",
    };
    expect(addition(fields)?.change.body).toEqual({
      name: "ops",
      severity: "warning",
      address: {
        kind: "mail",
        host: "mail.example.org",
        port: 587,
        security: "starttls",
        from: "keyferry@example.org",
        to: ["ops@example.org", "night@example.org"],
      },
    });
  });
});

describe("mail addresses", () => {
  it("are separated by commas or lines", () => {
    expect(addressesOf("a@x.org,\nb@x.org ; c@x.org")).toEqual(["a@x.org", "b@x.org", "c@x.org"]);
  });
});
