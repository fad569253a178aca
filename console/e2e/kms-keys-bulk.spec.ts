// Every operation that the list offers for several KMS keys at once, over the same few of them.
import type { Locator, Page } from "@playwright/test";

import { choose, close, start } from "./steps";
import { expect, look, test, type World } from "./world";

interface KmsKey {
  id: string;
  name: string;
  life: string;
  status: string;
  description: string;
  tags: Record<string, string>;
  regions: string[];
  current_version: number;
}

const JOB_MAX = 60_000;

/** The KMS keys whose names begin so, in their order. */
async function all(world: World, prefix: string): Promise<KmsKey[]> {
  const listed = await world.cli<KmsKey[]>("kms-key", "list");
  return listed
    .filter(({ name }) => name.startsWith(prefix))
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** Selects all KMS keys that a filter finds, and opens the menu of what can be done with them. */
async function menuOf(page: Page, prefix: string, count: number): Promise<void> {
  await page.goto(`/kms-keys?name=:${prefix}`);
  await expect(page.getByRole("checkbox", { name: `Select ${prefix}` })).toHaveCount(count);
  for (const one of await page.getByRole("checkbox", { name: `Select ${prefix}` }).all()) await one.check();
  await page.getByRole("button", { name: "Actions", exact: true }).click();
}

async function begin(page: Page, prefix: string, operation: string): Promise<Locator> {
  await menuOf(page, prefix, 2);
  await page.getByRole("menuitem", { name: operation, exact: true }).click();
  return page.getByRole("dialog");
}

/** Looks at what it would do to each, consents by their number where that is asked, and waits until it is done. */
async function carryOut(dialog: Locator, count: number): Promise<void> {
  const preview = dialog.getByRole("button", { name: "Preview" });
  const go = dialog.getByRole("button", { name: "Carry out" });
  await expect(preview.or(go).first()).toBeVisible();
  if (await preview.isVisible()) await preview.click();
  await expect(go).toBeVisible();
  const typed = dialog.getByLabel(`To confirm, type ${count}`);
  if (await typed.isVisible()) await typed.fill(String(count));
  await go.click();
  await expect(dialog.getByText(`Done with all ${count} KMS keys.`)).toBeVisible({ timeout: JOB_MAX });
  await close(dialog);
}

test("material of several KMS keys is put to rest, taken back, removed, restored and synchronized at once", async ({
  page,
  world,
}) => {
  for (const name of ["rests-1", "rests-2"]) await world.kmsKey(name);
  for (const [operation, became] of [
    ["Deactivate", { life: "INACTIVE", status: "NOT AVAILABLE" }],
    ["Activate", { life: "ACTIVE", status: "AVAILABLE" }],
    ["Remove from cloud", { life: "INACTIVE", status: "NOT AVAILABLE" }],
    ["Activate", { life: "ACTIVE", status: "AVAILABLE" }],
    ["Restore", { life: "ACTIVE", status: "AVAILABLE" }],
    ["Synchronize", { life: "ACTIVE", status: "AVAILABLE" }],
  ] as const) {
    await carryOut(await begin(page, "rests-", operation), 2);
    expect(await all(world, "rests-"), operation).toMatchObject([became, became]);
  }
});

test("several KMS keys rotate, take a new version, and are on the way to deletion until that is cancelled", async ({
  page,
  world,
}) => {
  for (const name of ["turns-1", "turns-2"]) await world.kmsKey(name);
  await carryOut(await begin(page, "turns-", "Rotate"), 2);
  for (const name of ["turns-1", "turns-2"]) await world.cli("key", "new-version", name);
  await carryOut(await begin(page, "turns-", "Upload new version"), 2);
  expect((await all(world, "turns-")).map(({ current_version: version }) => version)).toEqual([3, 3]);

  const deletion = await begin(page, "turns-", "Schedule deletion");
  await deletion.getByLabel("Waiting period (in days)").fill("31");
  await expect(deletion.getByRole("button", { name: "Preview" })).toBeDisabled();
  await deletion.getByLabel("Waiting period (in days)").fill("7");
  await carryOut(deletion, 2);
  expect((await all(world, "turns-")).map(({ status }) => status)).toEqual([
    "PENDING DELETE",
    "PENDING DELETE",
  ]);
  const cancelling = await begin(page, "turns-", "Cancel deletion");
  await cancelling.getByRole("radio", { name: /Remove the material/ }).check();
  await carryOut(cancelling, 2);
  expect((await all(world, "turns-")).map(({ status }) => status)).toEqual([
    "NOT AVAILABLE",
    "NOT AVAILABLE",
  ]);
});

test("several multi-Region keys are replicated and get another primary, which a single-Region one does not", async ({
  page,
  world,
}) => {
  for (const name of ["roams-1", "roams-2"]) await world.kmsKey(name, "--multi-region");
  await world.kmsKey("roams-not");
  await menuOf(page, "roams-", 3);
  for (const alone of ["Rotation schedule", "Forget"])
    await expect(page.getByRole("menuitem", { name: alone })).toHaveAttribute("aria-disabled", "true");
  await look(page, "kms-keys-bulk-menu");
  await page.getByRole("menuitem", { name: "Replicate" }).click();
  const dialog = page.getByRole("dialog", { name: "Replicate 3 KMS keys" });
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await choose(dialog, "Further Regions", "us-east-1");
  await page.keyboard.press("Escape");
  await start(dialog);
  await expect(dialog.getByText("Done with 2 of 3 KMS keys. Not with these:")).toBeVisible({
    timeout: JOB_MAX,
  });
  await expect(dialog.getByRole("row", { name: /roams-not Needs attention/ })).toBeVisible();
  await look(page, "kms-keys-bulk-replicated");
  await close(dialog);
  await world.cli("kms-key", "update", "roams-not", "--name", "single");
  const primary = await begin(page, "roams-", "Change primary");
  await choose(primary, "New primary", "us-east-1");
  await start(primary);
  await expect(primary.getByText("Done with all 2 KMS keys.")).toBeVisible({ timeout: JOB_MAX });
  const moved = await all(world, "roams-");
  expect(moved.map(({ regions: [region] }) => region)).toEqual(["us-east-1", "us-east-1"]);
});

test("what several KMS keys say of themselves is changed at once, once tags that AWS keeps to itself were refused", async ({
  page,
  world,
}) => {
  for (const name of ["says-1", "says-2"]) await world.kmsKey(name, "--tag", "old=yes");
  const dialog = await begin(page, "says-", "Edit");
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Add tag" }).click();
  await dialog.getByLabel("Tag key 1").fill("aws:stage");
  await expect(dialog.getByText("Keys that begin with aws: or keyferry: are reserved.")).toBeVisible();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("the tags cannot be put on a KMS key; change the tags")).toHaveCount(2);
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await look(page, "kms-keys-bulk-edit-refused");
  await dialog.getByLabel("Tag key 1").fill("stage");
  await dialog.getByLabel("Tag value 1").fill("test");
  await dialog.getByLabel("Tags to remove").fill("old, never-was");
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeEnabled();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/the KMS key has no tag `never-was`/)).toHaveCount(2);
  await dialog.getByLabel("Tags to remove").fill("old");
  await dialog.getByRole("checkbox", { name: "Change the description" }).check();
  await dialog.getByLabel("Description", { exact: true }).fill("x".repeat(8193));
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("Nothing would be changed of these (2)")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await dialog.getByLabel("Description", { exact: true }).fill("said together");
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeEnabled();
  await carryOut(dialog, 2);
  const template = await begin(page, "says-", "Edit");
  await template.getByRole("checkbox", { name: /As the keystore's template says now/ }).check();
  await carryOut(template, 2);
  for (const { description, tags } of await all(world, "says-")) {
    expect(tags).toMatchObject({ team: "payments" });
    expect(tags).not.toHaveProperty("old");
    expect(description).toBe("said together");
  }
});
