// The console without a mouse, and for those who hear it.
import type { Locator, Page } from "@playwright/test";

import { kmsKey } from "./others";
import { go } from "./steps";
import { expect, look, test } from "./world";

/** What is told to those who do not see it. */
const heard = (within: Page | Locator, words: string) =>
  within.getByRole("status").filter({ hasText: words });

test("without a mouse somebody skips the navigation, has a deletion scheduled by Enter and the typed name, and is led back", async ({
  page,
  world,
}) => {
  await world.kmsKey("by-typed-name");
  const { id } = await kmsKey(world, "by-typed-name");
  await page.goto(`/kms-keys/${id}`);
  await expect(page.getByRole("heading", { name: "by-typed-name" })).toBeVisible();
  await expect(heard(page, "by-typed-name – Keyferry")).toHaveCount(1);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await look(page, "skip-link");
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();

  const actions = page.getByRole("button", { name: "Actions", exact: true });
  await go(page, "Tab", actions);
  await page.keyboard.press("Enter");
  await go(page, "ArrowDown", page.getByRole("menuitem", { name: "Schedule deletion", exact: true }));
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Schedule deletion" });
  const days = dialog.getByLabel("Waiting period (in days)");
  await expect(days).toBeFocused();

  // Enter does what the button would: nothing, as long as that cannot be pressed.
  await page.keyboard.press("Control+A");
  await page.keyboard.type("6");
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Give a whole number of days from 7 to 30.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("7");
  await page.keyboard.press("Enter");
  await expect(heard(dialog, "What it would do is shown. Nothing has changed yet.")).toHaveCount(1);
  await page.keyboard.press("Enter");
  const typed = dialog.getByLabel("To confirm, type by-typed-name");
  await go(page, "Tab", typed);
  await page.keyboard.type("by-typed-nam");
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  expect(await world.cli("kms-key", "show", "by-typed-name")).toMatchObject({ status: "AVAILABLE" });
  await page.keyboard.type("e");
  await page.keyboard.press("Enter");
  await expect(heard(dialog, "It has begun.")).toHaveCount(1);
  await expect(dialog.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(actions).toBeFocused();
  expect(await world.cli("kms-key", "show", "by-typed-name")).toMatchObject({ status: "PENDING DELETE" });
});

test("a dialog whose button is gone when it closes leaves the keyboard at the page", async ({
  page,
  world,
}) => {
  await world.cli("role", "create", "short-lived", "--action", "key.read");
  await page.goto("/roles");
  await page.getByRole("link", { name: "short-lived" }).click();
  await page.getByRole("button", { name: "Remove", exact: true }).press("Enter");
  const dialog = page.getByRole("dialog", { name: /^Remove/ });
  await expect(dialog.getByLabel("To confirm, type short-lived")).toBeFocused();
  await page.keyboard.type("short-lived");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(heard(page, "Roles – Keyferry")).toHaveCount(1);
  await expect(page.locator("#content")).toBeFocused();
});
