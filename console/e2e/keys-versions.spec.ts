import { choose, start } from "./steps";
import type { Key } from "./upload";
import { actOnVersion, keyPage, selectVersion } from "./keys";
import { expect, look, test } from "./world";

test("a key is made with what applications may do, and gets versions up to its limit", async ({
  page,
  world,
}) => {
  await page.goto("/keys");
  await expect(page.getByRole("heading", { name: /^Keys/ })).toBeVisible();
  await look(page, "keys");
  await page.getByRole("button", { name: "Create key" }).click();
  const dialog = page.getByRole("dialog", { name: "Create key" });
  await dialog.getByLabel("Name").fill("journey-made");
  await dialog.getByLabel("Active versions at most").fill("2");
  await choose(page, "Spec", "RSA-3072");
  await dialog.getByRole("button", { name: "Remove sign", exact: true }).click();
  await dialog.getByRole("button", { name: "Remove wrap", exact: true }).click();
  await look(page, "key-create");
  await start(dialog);
  await expect(dialog.getByText("journey-made has version 1.")).toBeVisible();
  await dialog.getByRole("link", { name: "Open the key" }).click();
  await expect(page.getByRole("heading", { name: "journey-made" })).toBeVisible();
  await page.getByRole("button", { name: "New version" }).click();
  const version = page.getByRole("dialog", { name: "New version of journey-made" });
  await expect(version.getByText("The vault makes version 2")).toBeVisible();
  await version.getByRole("button", { name: "Carry out" }).click();
  await version.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("2 active, at most 2")).toBeVisible();
  await page.getByRole("button", { name: "New version" }).click();
  await expect(version.getByText("key.too-many-active-versions")).toBeVisible();
  const key = await world.cli<Key>("key", "show", "journey-made");
  expect(key.permitted_operations.sort()).toEqual(["decrypt", "encrypt", "unwrap", "verify"]);
  expect(key.versions.map(({ number, state }) => [number, state])).toEqual([
    [1, "active"],
    [2, "active"],
  ]);
});

test("a version is deactivated, its destruction is scheduled late, and cancelled in time", async ({
  page,
  world,
}) => {
  await world.cli("key", "create", "journey-destroy");
  await world.cli("key", "new-version", "journey-destroy");
  await keyPage(page, world, "journey-destroy");
  await look(page, "key-versions");
  await selectVersion(page, 1);
  await actOnVersion(page, "Deactivate");
  await page.getByRole("dialog").getByRole("button", { name: "Carry out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /deactivated/ })).toBeVisible();
  await actOnVersion(page, "Destroy");
  const dialog = page.getByRole("dialog", { name: "Destroy version 1 of journey-destroy" });
  await dialog.getByLabel("Days until then").fill("7");
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByLabel("Days until then").fill("45");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("In 45 days its material is destroyed for ever.")).toBeVisible();
  await dialog.getByLabel("To confirm, type journey-destroy").fill("journey");
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await dialog.getByLabel("To confirm, type journey-destroy").fill("journey-destroy");
  await look(page, "version-destroy");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText(/will be destroyed on/)).toBeVisible();
  const due = await world.cli<Key>("key", "show", "journey-destroy");
  expect(due.versions[0]?.destruction_due).toBeTruthy();
  await actOnVersion(page, "Cancel destruction");
  await page.getByRole("dialog").getByRole("button", { name: "Carry out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText(/will be destroyed on/)).toHaveCount(0);
  const spared = await world.cli<Key>("key", "show", "journey-destroy");
  expect(spared.versions[0]?.destruction_due ?? null).toBeNull();
});

test("the next version of a key comes from a file, and a compromised one is told", async ({
  page,
  world,
}) => {
  await world.cli("key", "create", "journey-import");
  await keyPage(page, world, "journey-import");
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Import a version from a file" }).click();
  const dialog = page.getByRole("dialog", { name: "Import the next version of journey-import" });
  const buffer = Buffer.from("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff");
  await dialog
    .locator('input[type="file"]')
    .setInputFiles({ name: "next.hex", mimeType: "text/plain", buffer });
  await choose(page, "Format", "Hex");
  await look(page, "key-import");
  await start(dialog);
  await expect(dialog.getByText("journey-import has version 2.")).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /imported/ })).toBeVisible();
  await selectVersion(page, 2);
  await actOnVersion(page, "Report as compromised");
  await expect(page.getByRole("dialog").getByText("No KMS key holds it.")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Carry out" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /compromised/ })).toBeVisible();
  const key = await world.cli<Key>("key", "show", "journey-import");
  expect(key.versions[1]).toMatchObject({ origin: "imported", state: "compromised" });
});
