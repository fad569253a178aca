import { expect, look, test } from "./world";

interface Shown {
  id: string;
  arn: string;
  revision: number;
}

test("somebody reads what a KMS key is, which versions it holds and what it is linked to", async ({
  page,
  world,
}) => {
  await world.kmsKey(
    "reading",
    ...["--alias", "reading", "--tag", "stage=prod", "--description", "for reading"],
    ...["--key-user", "arn:aws:iam::111122223333:role/payments-app"],
  );
  const { arn } = await world.cli<Shown>("kms-key", "show", "reading");
  await page.goto("/kms-keys");
  await page.getByRole("link", { name: "reading", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "reading" })).toBeVisible();
  await expect(page.getByText("AVAILABLE", { exact: true }).first()).toBeVisible();
  await expect(page.getByText("Connected", { exact: true })).toBeVisible();
  await expect(page.getByText(arn)).toBeVisible();
  await expect(page.getByText("AES-256 (SYMMETRIC_DEFAULT)")).toBeVisible();
  await expect(page.getByText("arn:aws:iam::111122223333:role/payments-app")).toBeVisible();
  await expect(page.getByText("by user/admin")).toBeVisible();
  await look(page, "kms-key-overview");

  await page.getByRole("tab", { name: "Versions" }).click();
  const version = page.getByRole("row", { name: /^1 Current/ });
  await expect(version.getByText("Current: encrypts and decrypts")).toBeVisible();
  await expect(version.getByText("encrypt, decrypt, wrap, unwrap")).toBeVisible();
  await expect(page.getByText("25 are left in the life of this KMS key.")).toBeVisible();
  await look(page, "kms-key-versions");

  await page.getByRole("tab", { name: "Links" }).click();
  await expect(page.getByRole("tabpanel").getByRole("link", { name: "reading" })).toBeVisible();
  await expect(page.getByText("No other KMS key holds it")).toBeVisible();
  await look(page, "kms-key-links");
});

test("the versions of a KMS key and its rotations are seen in the order of time, with what is to come", async ({
  page,
  world,
}) => {
  await world.kmsKey("aged");
  await world.cli("kms-key", "rotate", "aged", "--method", "in-place", "--yes");
  await world.cli("kms-key", "set-rotation", "aged", "--rotate-every", "1y");
  const { id } = await world.cli<Shown>("kms-key", "show", "aged");
  await page.goto(`/kms-keys/${id}/versions`);
  const steps = page.getByRole("list", { name: "Timeline" }).getByRole("listitem");
  await expect(steps.first()).toContainText("It rotates");
  await expect(steps.filter({ hasText: "Version 2 was generated" })).toHaveCount(1);
  await expect(steps.last()).toContainText(/was (generated|created)/);
  await look(page, "kms-key-timeline");
});

test("what was done with a KMS key is read, and that nothing is left to do", async ({ page, world }) => {
  await world.kmsKey("calm");
  const { id } = await world.cli<Shown>("kms-key", "show", "calm");
  await page.goto(`/kms-keys/${id}`);
  await page.getByRole("tab", { name: "Activity" }).click();
  await expect(page.getByRole("link", { name: "kms-key.create calm" })).toBeVisible();
  await expect(page.getByRole("gridcell", { name: "ImportKeyMaterial" }).first()).toBeVisible();
  await look(page, "kms-key-activity");

  await page.getByRole("tab", { name: "Drift" }).click();
  await expect(page.getByText("AWS is as wanted")).toBeVisible();
  await expect(page.getByText("Nothing has to change in AWS.")).toBeVisible();
  await look(page, "kms-key-plan");
});

test("copies of a key are found from each other, with who made them", async ({ page, world }) => {
  await world.kmsKey("original");
  await world.cli("kms-key", "upload", "original", "--keystore", "staging", "--name", "duplicate");
  const { id } = await world.cli<Shown>("kms-key", "show", "original");
  await page.goto(`/kms-keys/${id}/links`);
  const copy = page.getByRole("row", { name: /duplicate KMS key .*user\/admin/ });
  await copy.getByRole("link", { name: "duplicate" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "duplicate" })).toBeVisible();
  await page.getByRole("tab", { name: "Links" }).click();
  await expect(page.getByText("Copied by", { exact: true }).first()).toBeVisible();
  await page
    .getByRole("row", { name: /original AVAILABLE/ })
    .getByRole("link", { name: "original" })
    .click();
  await expect(page.getByRole("heading", { level: 1, name: "original" })).toBeVisible();
});

test("the address names the tab, and going back goes to the tab before", async ({ page, world }) => {
  await world.kmsKey("addressed", "--tag", "stage=addressed");
  const { id } = await world.cli<Shown>("kms-key", "show", "addressed");
  await page.goto(`/kms-keys/${id}/tags`);
  await expect(page.getByRole("tab", { name: "Tags" })).toHaveAttribute("aria-selected", "true");
  await expect(page.getByRole("combobox", { name: "Value" }).first()).toBeVisible();
  await page.getByRole("tab", { name: "Aliases" }).click();
  await expect(page).toHaveURL(new RegExp(`/kms-keys/${id}/aliases$`));
  await expect(page.getByText("No aliases")).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("tab", { name: "Tags" })).toHaveAttribute("aria-selected", "true");
});

test("a KMS key that is not there is told calmly, with the way back", async ({ page }) => {
  await page.goto("/kms-keys/01a20876-708e-778b-94ea-000000000000/policy");
  await expect(page.getByText("This KMS key is not to be seen here")).toBeVisible();
  await look(page, "kms-key-missing");
  await page.getByRole("link", { name: "All KMS keys" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "KMS keys" })).toBeVisible();
});
