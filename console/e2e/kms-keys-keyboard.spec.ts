// An operation without a mouse.

import { go } from "./steps";
import { expect, test } from "./world";

test("a KMS key is disabled by the keyboard alone: found, chosen, looked at, confirmed by its name", async ({
  page,
  world,
}) => {
  await world.kmsKey("by-keyboard");
  await page.goto("/kms-keys");
  await go(page, "Tab", page.getByRole("combobox", { name: "Find KMS keys" }));
  await page.keyboard.type("by-keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByText("1 match", { exact: true }).first()).toBeVisible();
  await go(page, "Tab", page.getByRole("checkbox", { name: "Select all rows" }));
  await go(page, "ArrowDown", page.getByRole("checkbox", { name: "Select by-keyboard", exact: true }));
  await page.keyboard.press("Space");
  await expect(page.getByRole("checkbox", { name: "Select by-keyboard", exact: true })).toBeChecked();

  const actions = page.getByRole("button", { name: "Actions", exact: true });
  await go(page, "Shift+Tab", actions);
  await page.keyboard.press("Enter");
  await go(page, "ArrowDown", page.getByRole("menuitem", { name: "Disable", exact: true }));
  await page.keyboard.press("Enter");

  const dialog = page.getByRole("dialog", { name: "Disable by-keyboard" });
  await go(page, "Tab", dialog.getByLabel("To confirm, type by-keyboard"));
  await page.keyboard.type("by-keyboard");
  await go(page, "Tab", dialog.getByRole("button", { name: "Carry out" }));
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await go(page, "Tab", dialog.getByRole("button", { name: "Close", exact: true }));
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  // Whoever closes a dialog is where it was opened.
  await expect(actions).toBeFocused();
  expect(await world.cli("kms-key", "show", "by-keyboard")).toMatchObject({ status: "DISABLED" });
});
