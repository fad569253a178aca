// Every operation on one KMS key, from its menu in the list.
import type { Locator, Page } from "@playwright/test";

import { carryThrough } from "./steps";
import { expect, look, test } from "./world";

interface KmsKey {
  life: string;
  status: string;
  regions: string[];
  description: string;
  aliases: string[];
  tags: Record<string, string>;
  current_version: number;
  expires_at: string | null;
  rotation: { every: string; method: string } | null;
}

/** Finds a KMS key in the list and opens the menu of what can be done with it. */
async function menuOf(page: Page, name: string): Promise<void> {
  await page.goto(`/kms-keys?name=${name}`);
  await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).check();
  await page.getByRole("button", { name: "Actions", exact: true }).click();
}

async function begin(page: Page, name: string, operation: string): Promise<Locator> {
  await menuOf(page, name);
  await page.getByRole("menuitem", { name: operation, exact: true }).click();
  return page.getByRole("dialog");
}

async function preview(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeVisible();
}

function typedName(dialog: Locator, name: string): Locator {
  return dialog.getByLabel(`To confirm, type ${name}`, { exact: true });
}

test("a disabled KMS key is enabled again, and looked at in AWS", async ({ page, world }) => {
  await world.kmsKey("to-enable");
  await world.cli("kms-key", "disable", "to-enable");
  const dialog = await begin(page, "to-enable", "Enable");
  await expect(dialog.getByText("EnableKey").first()).toBeVisible();
  await carryThrough(dialog);
  await expect(page.getByRole("row", { name: /to-enable/ }).getByText("AVAILABLE")).toBeVisible();
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await look(page, "kms-key-menu");
  await page.getByRole("menuitem", { name: "Observe now" }).click();
  await expect(page.getByText("to-enable was looked at in AWS: AVAILABLE.")).toBeVisible();
});

test("description, tags, aliases and the end of a KMS key are changed in one go", async ({ page, world }) => {
  await world.kmsKey("to-edit", "--alias", "to-edit-old", "--tag", "team=red", "--tag", "stage=test");
  const dialog = await begin(page, "to-edit", "Edit");
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByLabel("Description").fill("paid in euro");
  await dialog.getByLabel("Alias 1").fill("to-edit-new");
  await dialog.getByRole("button", { name: "Remove team" }).click();
  await dialog.getByRole("button", { name: "Add tag" }).click();
  await dialog.getByLabel("Tag key 2").fill("audited");
  await dialog.getByLabel("Tag value 2").fill("2026");
  await dialog.getByRole("radio", { name: "Until a day" }).check();
  await dialog.getByRole("textbox", { name: "Day" }).fill("2027-08-18");
  await look(page, "kms-key-edit");
  await preview(dialog);
  await carryThrough(dialog);
  const key = await world.cli<KmsKey>("kms-key", "show", "to-edit");
  expect(key.description).toBe("paid in euro");
  expect(key.aliases).toEqual(["alias/to-edit-new"]);
  expect(key.tags).toEqual({ audited: "2026", stage: "test" });
  expect(key.expires_at).toContain("2027-08-1");
});

test("a KMS key is deactivated only by its typed name, and activated again", async ({ page, world }) => {
  await world.kmsKey("to-rest");
  const dialog = await begin(page, "to-rest", "Deactivate");
  await preview(dialog);
  await typedName(dialog, "to-rest").fill("to-test");
  await expect(dialog.getByText("That is not the name.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await typedName(dialog, "to-rest").fill("to-rest");
  await look(page, "kms-key-deactivate");
  await carryThrough(dialog);
  expect((await world.cli<KmsKey>("kms-key", "show", "to-rest")).life).toBe("INACTIVE");
  await carryThrough(await begin(page, "to-rest", "Activate"));
  await expect(page.getByRole("row", { name: /to-rest/ }).getByText("AVAILABLE")).toBeVisible();
});

test("a KMS key rotates in place, and then by a new one that takes its alias", async ({ page, world }) => {
  await world.kmsKey("to-turn", "--alias", "to-turn");
  const inPlace = await begin(page, "to-turn", "Rotate");
  await look(page, "kms-key-rotate");
  await preview(inPlace);
  await expect(inPlace.getByText("RotateKeyOnDemand").first()).toBeVisible();
  await expect(inPlace.getByText("24 of AWS's 25 rotations")).toBeVisible();
  await carryThrough(inPlace);
  expect((await world.cli<KmsKey>("kms-key", "show", "to-turn")).current_version).toBe(2);
  const byNew = await begin(page, "to-turn", "Rotate");
  await byNew.getByRole("radio", { name: /A new KMS key takes the aliases/ }).check();
  await look(page, "kms-key-rotate-by-new");
  await expect(byNew.getByRole("radio", { name: "Stays enabled" })).toBeChecked();
  await preview(byNew);
  await expect(byNew.getByText("UpdateAlias").first()).toBeVisible();
  await carryThrough(byNew);
  await page.goto("/kms-keys?name=to-turn");
  await expect(page.getByText("2 matches").first()).toBeVisible();
});

test("a new version of the key is uploaded into the KMS key that holds an older one", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-grow");
  await world.cli("key", "new-version", "to-grow");
  const dialog = await begin(page, "to-grow", "Upload new version");
  await preview(dialog);
  await carryThrough(dialog);
  expect((await world.cli<KmsKey>("kms-key", "show", "to-grow")).current_version).toBe(2);
});

test("a KMS key is synchronized, which may also delete its material; it is restored from nothing", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-sync");
  const restore = await begin(page, "to-sync", "Restore");
  await preview(restore);
  await expect(restore.getByText("Nothing has to change in AWS.")).toBeVisible();
  await carryThrough(restore);
  const dialog = await begin(page, "to-sync", "Synchronize");
  await expect(dialog.getByRole("checkbox", { name: "Update the key policy" })).toBeChecked();
  await expect(dialog.getByRole("checkbox", { name: "Import missing key material" })).toBeChecked();
  await dialog.getByRole("checkbox", { name: "Delete the key material instead" }).check();
  await look(page, "kms-key-synchronize-from-list");
  await preview(dialog);
  await typedName(dialog, "to-sync").fill("to-sync");
  await carryThrough(dialog);
  await expect(page.getByRole("row", { name: /to-sync/ }).getByText("NOT AVAILABLE")).toBeVisible();
  await menuOf(page, "to-sync");
  await expect(page.getByRole("menuitem", { name: "Enable", exact: true })).toHaveAttribute(
    "aria-disabled",
    "true",
  );
});

test("a deletion wants enough days and the name, and can be cancelled", async ({ page, world }) => {
  await world.kmsKey("to-delete");
  const dialog = await begin(page, "to-delete", "Schedule deletion");
  for (const wrong of ["", "6", "7.5", "31"]) {
    await dialog.getByLabel("Waiting period (in days)").fill(wrong);
    await expect(dialog.getByText("Give a whole number of days from 7 to 30.")).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  }
  await dialog.getByLabel("Waiting period (in days)").fill("7");
  await preview(dialog);
  await typedName(dialog, "to-delete").fill("to-delete");
  await look(page, "kms-key-schedule-deletion");
  await carryThrough(dialog);
  await expect(page.getByRole("row", { name: /to-delete/ }).getByText("PENDING DELETE")).toBeVisible();
  const cancel = await begin(page, "to-delete", "Cancel deletion");
  await cancel.getByRole("radio", { name: /Keep the material/ }).check();
  await look(page, "kms-key-cancel-deletion");
  await preview(cancel);
  await carryThrough(cancel);
  await expect(
    page.getByRole("row", { name: /to-delete/ }).getByText("DISABLED", { exact: true }),
  ).toBeVisible();
});

test("material is removed from the cloud by the typed name, and the vault keeps its copy", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-remove");
  const dialog = await begin(page, "to-remove", "Remove from cloud");
  await expect(dialog.getByText("applications can no longer use it")).toBeVisible();
  await expect(dialog.getByText(/^arn:aws:kms:/)).toBeVisible();
  await preview(dialog);
  await typedName(dialog, "to-remove").fill("to-remove");
  await carryThrough(dialog);
  await expect(page.getByRole("row", { name: /to-remove/ }).getByText("NOT AVAILABLE")).toBeVisible();
  expect((await world.cli<{ current_version: number }>("key", "show", "to-remove")).current_version).toBe(1);
});

test("what changed between the look at it and the typed name is shown anew, and consented to anew", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-look-twice", "--multi-region");
  const dialog = await begin(page, "to-look-twice", "Remove from cloud");
  await preview(dialog);
  await expect(dialog.getByRole("row", { name: /delete the key material/ })).toHaveCount(1);
  await world.cli("kms-key", "replicate", "to-look-twice", "--region", "us-east-1");
  await typedName(dialog, "to-look-twice").fill("to-look-twice");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("It changed while you looked")).toBeVisible();
  await expect(dialog.getByRole("row", { name: /delete the key material/ })).toHaveCount(2);
  await look(page, "operation-changed-meanwhile");
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await typedName(dialog, "to-look-twice").fill("to-look-twice");
  await carryThrough(dialog);
  await expect(page.getByRole("row", { name: /to-look-twice/ }).getByText("NOT AVAILABLE")).toBeVisible();
});

test("from the list, a multi-Region key is replicated and gets another primary", async ({ page, world }) => {
  await world.kmsKey("to-spread", "--multi-region");
  const dialog = await begin(page, "to-spread", "Replicate");
  await dialog.getByRole("button", { name: /Further Regions/ }).click();
  await page.getByRole("option", { name: "us-east-1" }).click();
  await page.keyboard.press("Tab");
  await look(page, "kms-key-replicate-from-list");
  await preview(dialog);
  await carryThrough(dialog);
  const primary = await begin(page, "to-spread", "Change primary");
  await primary.getByRole("button", { name: /New primary/ }).click();
  await page.getByRole("option", { name: "us-east-1" }).click();
  await preview(primary);
  await expect(primary.getByText("UpdatePrimaryRegion").first()).toBeVisible();
  await carryThrough(primary);
  const { regions } = await world.cli<KmsKey>("kms-key", "show", "to-spread");
  expect(regions).toEqual(["us-east-1", "eu-central-1"]);
});

test("a KMS key gets a rotation schedule, and its next times are shown before", async ({ page, world }) => {
  await world.kmsKey("to-schedule");
  const dialog = await begin(page, "to-schedule", "Rotation schedule");
  await dialog.getByRole("radio", { name: "Regularly" }).check();
  await dialog.getByRole("button", { name: /^Every/ }).click();
  await page.getByRole("option", { name: "Another period" }).click();
  await dialog.getByRole("textbox", { name: "Another period" }).fill("0d");
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Another period" }).fill("6mo");
  await preview(dialog);
  await expect(dialog.getByText("The next times")).toBeVisible();
  await look(page, "kms-key-rotation-schedule");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Done", { exact: true })).toBeVisible();
  const { rotation } = await world.cli<KmsKey>("kms-key", "show", "to-schedule");
  expect(rotation).toMatchObject({ every: "6mo", method: "in-place" });
});

test("a rotation schedule of a KMS key keeps what nobody changes of it", async ({ page, world }) => {
  await world.kmsKey("to-keep");
  // As the command line may set it.
  const rule = [
    "--rotate-at",
    "0 3 1 * *",
    "--rotate-from",
    "2029-01-01T02:00:30Z",
    "--rotation-zone",
    "Europe/Berlin",
  ];
  await world.cli("kms-key", "set-rotation", "to-keep", ...rule, "--rotation-method", "in-place");
  const dialog = await begin(page, "to-keep", "Rotation schedule");
  await expect(dialog.getByRole("textbox", { name: "Line of cron" })).toHaveValue("0 3 1 * *");
  await expect(dialog.getByRole("textbox", { name: "Not before" })).toHaveValue("2029-01-01");
  await dialog.getByRole("radio", { name: "Stop, with an alert" }).check();
  await preview(dialog);
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Done", { exact: true })).toBeVisible();
  const { rotation } = await world.cli<KmsKey>("kms-key", "show", "to-keep");
  expect(rotation).toMatchObject({
    cron: "0 3 1 * *",
    start: "2029-01-01T02:00:30Z",
    time_zone: "Europe/Berlin",
    method: "in-place",
    at_budget: "block",
  });
});

test("a KMS key is released by its typed name; one that AWS has is not forgotten", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-release");
  await menuOf(page, "to-release");
  await expect(page.getByRole("menuitem", { name: "Forget" })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("menuitem", { name: "Release" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("It stays in AWS as it is")).toBeVisible();
  await preview(dialog);
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await typedName(dialog, "to-release").fill("to-release");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeHidden();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  const all = await world.cli<{ name: string; life: string }[]>("kms-key", "list", "--life", "RELEASED");
  expect(JSON.stringify(all)).toContain("to-release");
});
