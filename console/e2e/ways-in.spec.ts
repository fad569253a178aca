// The ways to what can be done, from the lists and pages of what it is about.
import type { Page } from "@playwright/test";

import { carryOut, close } from "./steps";
import { expect, look, test } from "./world";

async function act(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: what, exact: true }).click();
}

test("a KMS key is begun from the page of its keystore and of its group, which are chosen then", async ({
  page,
}) => {
  await page.goto("/keystores");
  await page.getByRole("link", { name: "signing", exact: true }).click();
  await look(page, "keystore-ways-in");
  await page.getByRole("button", { name: "Create KMS key" }).first().click();
  await expect(page).toHaveURL(/\/kms-keys\/create\?keystore=/);
  await expect(page.getByRole("button", { name: /^Keystore signing/ })).toBeVisible();

  await page.goto("/groups");
  await page
    .getByRole("row", { name: /^default AWS/ })
    .getByRole("link")
    .click();
  await expect(page.getByRole("button", { name: "Upload a key" })).toBeVisible();
  await look(page, "group-ways-in");
  await page.getByRole("button", { name: "Upload a key" }).click();
  await expect(page).toHaveURL(/\/kms-keys\/upload\?group=/);
  await page.goBack();
  await page.getByRole("button", { name: "Add connection" }).click();
  await expect(page).toHaveURL("/connections/add?group=default");
});

test("what can be done with a key is done from the list of keys", async ({ page, world }) => {
  await world.cli("key", "create", "from-the-list");
  await page.goto("/keys?name=from-the-list");
  await expect(page.getByRole("button", { name: "Actions", exact: true })).toBeDisabled();
  await page.getByRole("radio", { name: "Select from-the-list" }).check();
  await act(page, "New version");
  const dialog = page.getByRole("dialog");
  await carryOut(dialog);
  await close(dialog);
  const key = await world.cli<{ current_version: number }>("key", "show", "from-the-list");
  expect(key.current_version).toBe(2);
  await look(page, "keys-actions");
  await act(page, "Upload to AWS");
  await expect(page).toHaveURL(/\/kms-keys\/upload\?key=/);
});

test("a connection is edited, and its keys are found, from the list of connections", async ({
  page,
  world,
}) => {
  // The one with the keys of the demo: other journeys add some that have none.
  const first = await world.cli<{ id: string; name: string }>("connection", "show", "production");
  await page.goto("/connections");
  await page.getByRole("radio", { name: `Select ${first.name}` }).check();
  await look(page, "connections-actions");
  await act(page, "Manage keys");
  await expect(page).toHaveURL(`/kms-keys?connection=${first.name}`);
  await expect(page.getByRole("row", { name: /invoices/ })).toBeVisible();
  await page.goto("/connections");
  await page.getByRole("radio", { name: `Select ${first.name}` }).check();
  await act(page, "Edit");
  await expect(page).toHaveURL(`/connections/${first.id}/edit`);

  await page.goto(`/connections/${first.id}`);
  await page.getByRole("radio", { name: "Select payments" }).check();
  await page.getByRole("button", { name: "Sync now" }).click();
  const dialog = page.getByRole("dialog");
  await carryOut(dialog, "Succeeded");
  await close(dialog);
  await page.getByRole("button", { name: "Sync all" }).click();
  const all = page.getByRole("dialog", { name: `Sync all keystores of ${first.name}` });
  // One of them fails, and the others are looked at nevertheless.
  const failing = (await world.cli<{ id: string }>("keystore", "show", "payments")).id;
  await page.route(`**/keystores/${failing}/sync`, (route) => route.abort(), { times: 1 });
  await all.getByRole("button", { name: "Carry out" }).click();
  await expect(all.getByText("The server cannot be reached.")).toBeVisible();
  await expect(all.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await look(page, "connection-sync-all");
  await close(all);
});
