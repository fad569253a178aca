import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, look, signIn, test } from "./world";

test("the vault is sealed, a wrong passphrase does not open it, and the right one does", async ({
  ownWorld,
  visit,
}) => {
  test.slow();
  const world = await ownWorld();
  const page = await visit(world);
  await page.goto("/settings/seal");
  await signIn(page, "admin", world.password);
  await expect(page.getByText("Open", { exact: true })).toBeVisible();
  await look(page, "settings-seal-open");

  await page.getByRole("button", { name: "Seal the vault" }).click();
  const dialog = page.getByRole("dialog", { name: "Seal the vault" });
  await expect(dialog.getByText("no key material is made, imported or wrapped")).toBeVisible();
  await look(page, "settings-seal-preview");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("The vault is sealed", { exact: true })).toBeVisible();
  expect(await world.cli("seal", "status")).toMatchObject({ sealed: true });

  await page.getByLabel("Passphrase", { exact: true }).fill("not the passphrase");
  await page.getByRole("button", { name: "Unseal" }).click();
  await expect(page.getByText("no seal opens with this passphrase", { exact: true })).toBeVisible();
  await expect(page.getByText(/^seal\.wrong-passphrase( |$)/)).toBeVisible();
  await look(page, "settings-seal-wrong");
  expect(await world.cli("seal", "status")).toMatchObject({ sealed: true });

  const passphrase = readFileSync(join(world.folder, "data", "passphrase"), "utf8").trim();
  await page.getByLabel("Passphrase", { exact: true }).fill(passphrase);
  await page.getByRole("button", { name: "Unseal" }).click();
  await expect(page.getByText("The vault is open.")).toBeVisible();
  await expect(page.getByText("The vault is sealed", { exact: true })).toHaveCount(0);
  expect(await world.cli("seal", "status")).toMatchObject({ sealed: false });
});
