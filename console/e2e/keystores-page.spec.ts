import { foreignKey } from "./aws";
import { expect, look, test, type World } from "./world";
import type { Page } from "@playwright/test";

async function keystore(world: World, name: string): Promise<void> {
  await world.cli("keystore", "create", name, "--connection", "production", "--region", "eu-central-1");
}

async function open(page: Page, name: string): Promise<void> {
  await page.goto("/keystores");
  await page.getByRole("link", { name, exact: true }).click();
  await expect(page.getByRole("heading", { name, level: 1 })).toBeVisible();
}

async function sync(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Sync now" }).first().click();
  const dialog = page.getByRole("dialog", { name: `Sync ${name}` });
  await expect(dialog.getByText("Nothing is changed in AWS")).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
}

test("KMS keys that others made are found by sync, and adopted: one, then all of a name", async ({
  page,
  world,
}) => {
  await keystore(world, "adopters");
  for (const name of ["lonely", "herd-1", "herd-2"]) await foreignKey(world, name, "AWS_KMS");
  await open(page, "adopters");
  await look(page, "keystore");
  await page.getByRole("tab", { name: "Found keys" }).click();
  await sync(page, "adopters");
  await expect(page.getByText("lonely").first()).toBeVisible();
  await page.getByRole("checkbox", { name: /^Select .*lonely/ }).check();
  await look(page, "keystore-found");
  await page.getByRole("button", { name: "Adopt", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Adopt into adopters" });
  await expect(dialog.getByText("One KMS key would be adopted")).toBeVisible();
  await look(page, "keystore-adopt");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("One KMS key was adopted")).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("button", { name: "Adopt all" }).click();
  await dialog.getByLabel("Whose name contains").fill("nothing-of-that-name");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("There is nothing to adopt.")).toBeVisible();
  await dialog.getByLabel("Whose name contains").fill("herd");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("2 KMS keys would be adopted")).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("2 KMS keys were adopted")).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("tab", { name: "KMS keys" }).click();
  await expect(page.getByRole("link", { name: "herd-2", exact: true })).toBeVisible();
  const adopted = await world.cli<{ name: string }[]>("kms-key", "list", "--keystore", "adopters");
  expect(adopted.map(({ name }) => name).sort()).toEqual(["herd-1", "herd-2", "lonely"]);
});

test("an empty KMS key of the account is bound to a key of the vault, and filled", async ({
  page,
  world,
}) => {
  await keystore(world, "binders");
  await world.cli("key", "create", "bound-source", "--spec", "AES-256");
  const arn = await foreignKey(world, "bound-empty", "EXTERNAL");
  await open(page, "binders");
  await page.getByRole("tab", { name: "Found keys" }).click();
  await sync(page, "binders");
  await page.getByRole("checkbox", { name: /^Select .*bound-empty/ }).check();
  await page.getByRole("button", { name: "Bind to keys" }).click();
  const dialog = page.getByRole("dialog", { name: /^Bind KMS keys in binders/ });
  await expect(dialog.getByRole("textbox", { name: "KMS key" })).toHaveValue(arn);
  await dialog.locator("input[type=file]").setInputFiles({
    name: "manifest.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("alias/bound-empty bound-source\n"),
  });
  await expect(dialog.getByText("Line 1 is not")).toBeVisible();
  await dialog.getByRole("button", { name: /^Key in the vault/ }).click();
  await page.getByRole("option", { name: /^bound-source/ }).click();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("One KMS key would be bound")).toBeVisible();
  await look(page, "keystore-bind");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  const bound = await world.cli<{ status: string }>("kms-key", "show", "bound-empty");
  expect(bound.status).toBe("AVAILABLE");
});

test("all KMS keys of a keystore are rotated at once; emptying the old ones wants its name", async ({
  page,
  world,
}) => {
  await keystore(world, "turning");
  for (const name of ["turn-1", "turn-2"])
    await world.cli("kms-key", "create", name, "--keystore", "turning", "--alias", name);
  await open(page, "turning");
  await page.getByRole("button", { name: "Rotate all KMS keys" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate every KMS key of turning" });
  await dialog.getByLabel("is disabled and emptied ten minutes later").check();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByLabel("To confirm, type turning")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await dialog.getByLabel("To confirm, type turning").fill("turn");
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await dialog.getByLabel("stays enabled: old ciphertexts need it").check();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("move alias/turn-2 here")).toBeVisible();
  await expect(dialog.getByLabel("To confirm, type turning")).toHaveCount(0);
  await look(page, "keystore-rotate");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  const turned = await world.cli<{ life: string }[]>("kms-key", "list", "--keystore", "turning");
  expect(turned.map(({ life }) => life).sort()).toEqual(["ACTIVE", "ACTIVE", "REPLACED", "REPLACED"]);
});

test("a keystore's template, schedule, policies and name change, each after a look at what differs", async ({
  page,
  world,
}) => {
  await keystore(world, "changing");
  await open(page, "changing");
  await page.getByRole("tab", { name: "Template and policies" }).click();
  await look(page, "keystore-settings");
  await page.getByRole("button", { name: "Edit template" }).click();
  const template = page.getByRole("dialog", { name: "Template of changing" });
  await template.getByLabel("Description of new KMS keys").fill("card data");
  await template.getByRole("button", { name: "Preview" }).click();
  await expect(template.getByRole("row", { name: /Description of new KMS keys - card data/ })).toBeVisible();
  await look(page, "keystore-template");
  await template.getByRole("button", { name: "Carry out" }).click();
  await template.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("button", { name: "Edit schedule" }).click();
  const schedule = page.getByRole("dialog", { name: /^Rotation that KMS keys take over/ });
  await schedule.getByLabel("Regularly").check();
  await schedule.getByRole("button", { name: "Preview" }).click();
  await expect(schedule.getByRole("row", { name: "Rotation Never Every year" })).toBeVisible();
  await schedule.getByRole("button", { name: "Carry out" }).click();
  await schedule.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("button", { name: "Edit policies" }).click();
  const policies = page.getByRole("dialog", { name: "Policies of changing" });
  await policies.getByLabel("Remove the material").check();
  await policies.getByRole("button", { name: "Preview" }).click();
  await policies.getByRole("button", { name: "Carry out" }).click();
  await policies.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Edit details" }).click();
  const details = page.getByRole("dialog", { name: "Edit changing" });
  await details.getByLabel("Name", { exact: true }).fill("changed");
  await details.getByRole("button", { name: "Preview" }).click();
  await details.getByRole("button", { name: "Carry out" }).click();
  await details.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("heading", { name: "changed", level: 1 })).toBeVisible();
  const now = await world.cli<{
    on_cancel_deletion: string;
    template: { description: string; rotation: { every: string } };
  }>("keystore", "show", "changed");
  expect(now.on_cancel_deletion).toBe("empty");
  expect(now.template.description).toBe("card data");
  expect(now.template.rotation.every).toBe("1y");
});

test("a keystore is deleted once its KMS keys are released, and not before", async ({ page, world }) => {
  await keystore(world, "leaving");
  await world.cli("kms-key", "create", "left-behind", "--keystore", "leaving");
  await open(page, "leaving");
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete leaving" });
  await expect(dialog.getByText("It has one KMS key")).toBeVisible();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("the keystore is still in use")).toBeVisible();
  await world.cli("kms-key", "release", "left-behind", "--yes");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await dialog.getByLabel("To confirm, type leaving").fill("leaving");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(page.getByRole("heading", { name: /^Keystores/ })).toBeVisible();
  await expect(page.getByRole("link", { name: "payments", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "leaving", exact: true })).toHaveCount(0);
});

test("what a keystore does not take is refused in its dialogs, and what cannot be bound says why", async ({
  page,
  world,
}) => {
  await keystore(world, "refusing");
  await world.cli("key", "create", "bound-wrongly", "--spec", "RSA-2048");
  await foreignKey(world, "bound-not", "EXTERNAL");
  await open(page, "refusing");
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Edit details" }).click();
  const details = page.getByRole("dialog", { name: "Edit refusing" });
  await details.getByLabel("Name", { exact: true }).fill("");
  await expect(details.getByRole("button", { name: "Preview" })).toBeDisabled();
  await details.getByLabel("Name", { exact: true }).fill("signing");
  await details.getByRole("button", { name: "Preview" }).click();
  await expect(details.getByText("request.name-taken")).toBeVisible();
  await details.getByRole("button", { name: "Remove eu-central-1" }).click();
  await expect(details.getByRole("button", { name: "Preview" })).toBeDisabled();
  await details.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("tab", { name: "Template and policies" }).click();
  await page.getByRole("button", { name: "Edit template" }).click();
  const template = page.getByRole("dialog", { name: "Template of refusing" });
  await template.getByRole("textbox", { name: "Material stays until" }).pressSequentially("2030-02");
  await expect(template.getByText("A whole date and a time, or neither")).toBeVisible();
  await expect(template.getByRole("button", { name: "Preview" })).toBeDisabled();
  await look(page, "keystore-template-refused");
  await template.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("tab", { name: "Found keys" }).click();
  await sync(page, "refusing");
  await page.getByRole("button", { name: "Adopt all" }).click();
  const adopt = page.getByRole("dialog", { name: "Adopt into refusing" });
  await adopt.getByRole("button", { name: "Add tag" }).click();
  await adopt.getByLabel("Tag key 1").fill("nobody");
  await adopt.getByLabel("Tag value 1").fill("has it");
  await adopt.getByRole("button", { name: "Preview" }).click();
  await expect(adopt.getByText("There is nothing to adopt.")).toBeVisible();
  await expect(adopt.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await adopt.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Bind to keys" }).click();
  const bind = page.getByRole("dialog", { name: /^Bind KMS keys in refusing/ });
  await expect(bind.getByRole("button", { name: "Preview" })).toBeDisabled();
  const manifest =
    "# KMS key, key, first version\nalias/bound-not, bound-wrongly\nalias/nowhere, bound-wrongly, 9\n";
  const csv = { name: "manifest.csv", mimeType: "text/csv", buffer: Buffer.from(manifest) };
  await bind.locator("input[type=file]").setInputFiles(csv);
  await bind.getByRole("button", { name: "Preview" }).click();
  await expect(bind.getByText("2 are left as they are")).toBeVisible();
  await expect(bind.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await look(page, "keystore-bind-refused");
  await bind.getByRole("button", { name: "Cancel" }).click();
  const bound = await world.cli<object[]>("kms-key", "list", "--keystore", "refusing");
  expect(bound).toEqual([]);
});
