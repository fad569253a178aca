import { act, keyPage } from "./keys";
import { choose, start } from "./steps";
import type { Key } from "./upload";
import { expect, look, test } from "./world";

test("a key is copied into keystores and into another group, and the links tell who did it", async ({
  page,
  world,
}) => {
  await world.cli("group", "create", "journey-archive");
  await world.cli("key", "create", "journey-copy", "--exportable");
  await keyPage(page, world, "journey-copy");
  await act(page, "Copy");
  const dialog = page.getByRole("dialog", { name: "Copy journey-copy" });
  await choose(page, "Keystores", "payments", "staging");
  await choose(page, "Regions", "eu-central-1", "us-east-1");
  await expect(dialog.getByText("from journey-copy_copy1 on")).toBeVisible();
  await look(page, "key-copy");
  await start(dialog);
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await act(page, "Copy");
  await dialog.getByRole("radio", { name: "Into a group" }).check();
  await choose(page, "Group", "journey-archive");
  await dialog.getByLabel("Name of the copy").fill("journey-kept");
  await start(dialog);
  await expect(dialog.getByRole("link", { name: "journey-kept" })).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByRole("tab", { name: "Copies and links" }).click();
  await expect(page.getByRole("row", { name: /journey-kept.*journey-archive.*admin/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /journey-copy_copy4/ })).toBeVisible();
  await look(page, "key-links");
  const { copies } = await world.cli<Key>("key", "show", "journey-copy");
  expect(copies.map(({ name }) => name).sort()).toEqual([
    "journey-copy_copy1",
    "journey-copy_copy2",
    "journey-copy_copy3",
    "journey-copy_copy4",
    "journey-kept",
  ]);
});

test("a key that is not exportable is not copied, and says so before it is tried", async ({
  page,
  world,
}) => {
  await world.cli("key", "create", "journey-stays");
  await keyPage(page, world, "journey-stays");
  await act(page, "Copy");
  const dialog = page.getByRole("dialog", { name: "Copy journey-stays" });
  await expect(dialog.getByText("This key is not exportable")).toBeVisible();
  await choose(page, "Keystores", "payments");
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("key.not-exportable")).toBeVisible();
});

test("a copy with a name that is taken or makes no sense is refused, and nothing is made", async ({
  page,
  world,
}) => {
  await world.cli("key", "create", "journey-miscopied", "--exportable");
  await world.cli("group", "create", "journey-miscopies");
  await world.cli("key", "create", "journey-there", "--group", "journey-miscopies");
  const before = await world.cli<unknown[]>("key", "list");
  await keyPage(page, world, "journey-miscopied");
  await act(page, "Copy");
  const dialog = page.getByRole("dialog", { name: "Copy journey-miscopied" });
  const preview = dialog.getByRole("button", { name: "Preview" });
  await expect(preview).toBeDisabled();
  await dialog.getByRole("radio", { name: "Into a group" }).check();
  await choose(page, "Group", "journey-miscopies");
  await dialog.getByLabel("Name of the copy").fill("journey-there");
  await preview.click();
  await expect(dialog.getByText("request.name-taken")).toBeVisible();
  await look(page, "key-copy-refused");
  await dialog.getByLabel("Name of the copy").fill("no\ttabs");
  await preview.click();
  await expect(dialog.getByText(/choose 1 to 128 letters/)).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await world.cli("key", "list")).toHaveLength(before.length);
});

test("a rotation policy tells its next times, and is kept", async ({ page, world }) => {
  await world.cli("key", "create", "journey-policy");
  await keyPage(page, world, "journey-policy");
  await page.getByRole("tab", { name: "Rotation policy" }).click();
  await page.getByRole("button", { name: "Set rotation policy" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotation policy of journey-policy" });
  await choose(page, "Every", "6 months");
  await dialog.getByRole("textbox", { name: "Not before" }).fill("2029-01-01");
  await dialog.getByLabel("At", { exact: true }).fill("03:00");
  await choose(page, "Time zone", "Europe/Berlin");
  await dialog.getByRole("checkbox", { name: "Deactivate the original" }).check();
  await look(page, "key-rotation-policy");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("2029-07-01 03:00 (Europe/Berlin)")).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Europe/Berlin", { exact: true })).toBeVisible();
  await look(page, "key-rotation");
  const { rotation } = await world.cli<Key>("key", "show", "journey-policy");
  expect(rotation).toMatchObject({
    schedule: { every: "6mo", time_zone: "Europe/Berlin", start: "2029-01-01T02:00:00Z" },
    with_copies: true,
    deactivate_former: true,
  });
});

test("a key is rotated now, with one of the KMS keys that hold it", async ({ page, world }) => {
  await world.kmsKey("journey-rotate");
  const other = ["--keystore", "signing", "--name", "journey-rotate-2"];
  await world.cli("kms-key", "upload", "journey-rotate", ...other);
  await keyPage(page, world, "journey-rotate");
  await act(page, "Rotate now");
  const dialog = page.getByRole("dialog", { name: "Rotate journey-rotate" });
  await dialog.getByRole("radio", { name: "Those that I choose" }).check();
  await choose(page, "Linked KMS keys", "journey-rotate-2");
  await page.keyboard.press("Escape");
  await dialog.getByRole("radio", { name: "The KMS key gets new material" }).check();
  await look(page, "key-rotate");
  await start(dialog);
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await expect(dialog.getByText("journey-rotate has version 2.")).toBeVisible();
  const rotated = await world.cli<{ current_version: number }>("kms-key", "show", "journey-rotate-2");
  expect(rotated.current_version).toBe(2);
  const left = await world.cli<{ current_version: number }>("kms-key", "show", "journey-rotate");
  expect(left.current_version).toBe(1);
});
