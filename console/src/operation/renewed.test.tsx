import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import type { Plan } from "./operation";
import { Preview } from "./operation-body";
import { isRenewed } from "./renewed";

afterEach(cleanup);

const read = { region: "eu-central-1", text: "", read_at: "2026-11-23T12:00:00Z" };
const used = { ...read, operation: "Decrypt" };
const orders = { kms_key: "orders", last_use: [used] };
const invoices = { kms_key: "invoices", last_use: [read] };
const PLAN: Plan = {
  summary: "delete",
  steps: [],
  consequences: [orders, invoices],
  warnings: ["orders: AWS waits (until 2026-11-23T12:00:00Z)"],
};

it.each<[string, Partial<Plan>]>([
  ["in another order", { consequences: [invoices, orders] }],
  ["of which AWS does not tell the use", { consequences: [{ ...orders, last_use: [read] }, invoices] }],
  ["of which AWS tells no Region", { consequences: [{ ...orders, last_use: [] }, invoices] }],
  ["that waits longer", { warnings: ["orders: AWS waits (until 2026-11-23T12:00:09Z)"] }],
])("a plan %s is the same", (_, now) => {
  expect(isRenewed(PLAN, { ...PLAN, ...now })).toBe(false);
});

it.each<[string, Partial<Plan>]>([
  ["of something used by now", { consequences: [orders, { ...invoices, last_use: [used] }] }],
  ["that means more", { more_consequences: 1 }],
  ["that warns of something else", { warnings: ["orders: no copy is kept"] }],
])("a plan %s is another", (_, now) => {
  expect(isRenewed(PLAN, { ...PLAN, ...now })).toBe(true);
});

it("what shows nothing of its own is not said to change records alone", () => {
  const { container } = render(<Preview preview={undefined} render={() => null} />);
  expect(container.textContent).toBe("");
});
