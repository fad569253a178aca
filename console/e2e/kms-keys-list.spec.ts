// The list of KMS keys: what is found in it, kept of it, and done to several at once.
import type { Page } from "@playwright/test";

import { expect, look, test } from "./world";

async function select(page: Page, ...names: string[]): Promise<void> {
  for (const name of names) await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).check();
}

async function begin(page: Page, operation: string) {
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: operation, exact: true }).click();
  return page.getByRole("dialog");
}

test("several KMS keys are disabled by their number and enabled again, but for an empty one", async ({
  page,
  world,
}) => {
  for (const name of ["many-1", "many-2", "many-3"]) await world.kmsKey(name);
  await page.goto("/kms-keys?name=:many-");
  await select(page, "many-1", "many-2", "many-3");
  const disable = await begin(page, "Disable");
  await disable.getByLabel("To confirm, type 3").fill("2");
  await expect(disable.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await disable.getByLabel("To confirm, type 3").fill("3");
  await look(page, "kms-keys-bulk-preview");
  await disable.getByRole("button", { name: "Carry out" }).click();
  await expect(disable.getByText("Done with all 3 KMS keys.")).toBeVisible();
  await disable.getByRole("button", { name: "Close", exact: true }).click();
  await world.cli("kms-key", "remove-from-cloud", "many-3", "--yes");
  await page.goto("/kms-keys?name=:many-");
  await select(page, "many-1", "many-2", "many-3");
  const enable = await begin(page, "Enable");
  await expect(enable.getByText("Nothing would be changed of these (1)")).toBeVisible();
  await enable.getByRole("button", { name: "Carry out" }).click();
  await expect(enable.getByText("Done with 2 of 3 KMS keys. Not with these:")).toBeVisible();
  await expect(enable.getByRole("row", { name: /many-3/ })).toBeVisible();
  await look(page, "kms-keys-bulk-result");
});

test("tags of several KMS keys are changed at once", async ({ page, world }) => {
  for (const name of ["tagged-1", "tagged-2"]) await world.kmsKey(name, "--tag", "old=yes");
  await page.goto("/kms-keys?name=:tagged-");
  await select(page, "tagged-1", "tagged-2");
  const dialog = await begin(page, "Edit");
  await dialog.getByRole("button", { name: "Add tag" }).click();
  await dialog.getByLabel("Tag key 1").fill("audited");
  await dialog.getByLabel("Tag value 1").fill("2026");
  await dialog.getByLabel("Tags to remove").fill("old");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Done with all 2 KMS keys.")).toBeVisible();
  const { tags } = await world.cli<{ tags: Record<string, string> }>("kms-key", "show", "tagged-2");
  expect(tags).toMatchObject({ audited: "2026" });
  expect(tags).not.toHaveProperty("old");
});

test("a filter is kept as a view, used again after a reload, and removed", async ({ page, world }) => {
  for (const name of ["kept-1", "kept-2"]) await world.kmsKey(name);
  await page.goto("/kms-keys?name=:kept-");
  await expect(page.getByText("2 matches").first()).toBeVisible();
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("menuitem", { name: "Save view" }).click();
  await page.getByLabel("Name of the view").fill("Kept keys");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.goto("/kms-keys");
  await expect(page.getByRole("row", { name: /invoices/ })).toBeVisible();
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("menuitem", { name: "Kept keys" }).click();
  await expect(page.getByText("2 matches").first()).toBeVisible();
  await expect(page.getByRole("row", { name: /invoices/ })).toBeHidden();
  await page.getByRole("button", { name: "Saved views" }).click();
  await page.getByRole("menuitem", { name: "Remove view" }).click();
  await page.getByRole("menuitem", { name: "Kept keys" }).last().click();
  await page.getByRole("button", { name: "Saved views" }).click();
  await expect(page.getByRole("menuitem", { name: "Kept keys" })).toBeHidden();
});

test("a filter that fits nothing says so and is cleared; a Region is found among several", async ({
  page,
  world,
}) => {
  await world.cli(
    "kms-key",
    "create",
    "in-two",
    "--keystore",
    "payments",
    "--multi-region",
    "--region",
    "eu-central-1",
    "--region",
    "us-east-1",
  );
  await page.goto("/kms-keys?status=GONE");
  await expect(page.getByText("No row fits the filter.")).toBeVisible();
  await look(page, "kms-keys-no-match");
  await page.getByRole("button", { name: "Clear filter", exact: true }).click();
  await expect(page.getByRole("row", { name: /invoices/ })).toBeVisible();
  await page.goto("/kms-keys?regions=us-east-1&name=in-two");
  await expect(page.getByText("1 match", { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("row", { name: /in-two/ })).toBeVisible();
});

test("keys of the vault and KMS keys are in one list", async ({ page }) => {
  await page.goto("/all-keys?name=invoices");
  await expect(page.getByText("2 matches").first()).toBeVisible();
  await expect(page.getByRole("row", { name: /invoices.*Key in the vault/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /invoices.*KMS key.*AVAILABLE/ })).toBeVisible();
  await look(page, "all-keys");
});

test("the list leads to where KMS keys are made", async ({ page }) => {
  await page.goto("/kms-keys");
  await page.getByRole("button", { name: "Create KMS key" }).click();
  await expect(page).toHaveURL(/\/kms-keys\/create$/);
  await page.goto("/kms-keys");
  await page.getByRole("button", { name: "Upload a key" }).click();
  await expect(page).toHaveURL(/\/kms-keys\/upload$/);
});

test("what is selected and not found by the filter is told and let go; the side link finds all again", async ({
  page,
  world,
}) => {
  for (const name of ["unchosen-1", "unchosen-2"]) await world.kmsKey(name);
  await page.goto("/kms-keys?name=invoices");
  await page.getByRole("checkbox", { name: "Select invoices", exact: true }).check();
  await expect(page.getByText("of them not shown")).toHaveCount(0);
  await page.getByRole("button", { name: "Clear filters", exact: true }).click();
  await page.getByLabel("Find KMS keys").fill("Name : unchosen-");
  await page.keyboard.press("Enter");
  await expect(page.getByText("2 matches").first()).toBeVisible();
  await expect(page.getByText("1 selected, 1 of them not shown")).toBeVisible();
  await page.getByRole("button", { name: "Clear selection" }).click();
  await expect(page.getByText("of them not shown")).toHaveCount(0);
  await page.getByRole("link", { name: "KMS keys", exact: true }).first().click();
  await expect(page).toHaveURL(/\/kms-keys$/);
  await expect(page.getByRole("row", { name: /invoices/ })).toBeVisible();
});
