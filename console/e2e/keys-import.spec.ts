// Keys in the vault: one from a file, and what is kept of one, with what neither can be.
import { generateKeyPairSync, randomBytes } from "node:crypto";

import { act, keyPage } from "./keys";
import { choose, close } from "./steps";
import { named, type Key } from "./upload";
import { expect, look, test } from "./world";

interface Kept extends Key {
  active_versions_max: number;
  description: string;
  destroy_after_deletion: boolean;
}

test("a new key is imported from the list of keys, once files that hold none were told", async ({
  page,
  world,
}) => {
  await page.goto("/keys");
  await page.getByRole("button", { name: "Import key file" }).click();
  const dialog = page.getByRole("dialog", { name: "Import key file" });
  const preview = dialog.getByRole("button", { name: "Preview" });
  const chooser = dialog.locator('input[type="file"]');
  await expect(preview).toBeDisabled();
  await dialog.getByLabel("Name").fill("journey-imported");
  await expect(preview).toBeDisabled();
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  for (const [file, format, code] of [
    [named("short.bin", randomBytes(31)), "Raw", "key-file.wrong-length"],
    [named("text.hex", "these are no digits"), "Hex", "key-file.encoding"],
    [named("public.pem", pem), "PEM", "key-file.not-private"],
  ] as const) {
    await chooser.setInputFiles(file);
    await choose(page, "Format", format);
    await preview.click();
    await expect(dialog.getByRole("alert").getByText(code)).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Carry out" })).toHaveCount(0);
  }
  await look(page, "key-import-refused");
  await dialog.getByLabel("Active versions at most").fill("0");
  await expect(preview).toBeDisabled();
  await dialog.getByLabel("Active versions at most").fill("2");
  await dialog.getByLabel("Description").fill("from the former HSM");
  await dialog.getByRole("checkbox", { name: "Exportable" }).check();
  await chooser.setInputFiles(named("key.bin", randomBytes(32)));
  await choose(page, "Format", "Raw");
  await preview.click();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("journey-imported has version 1.")).toBeVisible();
  await look(page, "key-imported");
  await dialog.getByRole("link", { name: "Open the key" }).click();
  await expect(page.getByRole("heading", { name: "journey-imported" })).toBeVisible();
  await expect(page.getByText("1 active, at most 2")).toBeVisible();
  const key = await world.cli<Kept>("key", "show", "journey-imported");
  expect(key).toMatchObject({ exportable: true, description: "from the former HSM", active_versions_max: 2 });
  expect(key.versions).toMatchObject([{ origin: "imported", state: "active" }]);
});

test("what is kept of a key is changed; beyond its new limit no version is made, and destruction wants its name", async ({
  page,
  world,
}) => {
  await world.cli("key", "create", "journey-kept-of");
  for (let version = 2; version <= 3; version += 1) await world.cli("key", "new-version", "journey-kept-of");
  await keyPage(page, world, "journey-kept-of");
  await act(page, "Edit");
  const dialog = page.getByRole("dialog", { name: "Edit journey-kept-of" });
  await dialog.getByLabel("Active versions at most").fill("2");
  await dialog.getByLabel("Description").fill("kept well");
  await dialog.getByRole("button", { name: "Remove decrypt" }).click();
  await dialog.getByRole("checkbox", { name: /^Destroy versions after deletion/ }).check();
  await dialog.getByRole("button", { name: "Preview" }).click();
  const typed = dialog.getByLabel("To confirm, type journey-kept-of");
  await typed.fill("journey-kept");
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await typed.fill("journey-kept-of");
  await look(page, "key-edit-destroys");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await close(dialog);
  await expect(page.getByText("3 active, at most 2")).toBeVisible();
  await page.getByRole("button", { name: "New version" }).click();
  const version = page.getByRole("dialog", { name: "New version of journey-kept-of" });
  await expect(version.getByText("key.too-many-active-versions")).toBeVisible();
  await version.getByRole("button", { name: "Cancel" }).click();
  const key = await world.cli<Kept>("key", "show", "journey-kept-of");
  expect(key).toMatchObject({ description: "kept well", destroy_after_deletion: true });
  expect(key.permitted_operations).not.toContain("decrypt");
});
