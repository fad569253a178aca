// What journeys through the keys of the vault share.
import { expect, type Page } from "@playwright/test";

import type { Key } from "./upload";
import type { World } from "./world";

export async function keyPage(page: Page, world: World, name: string): Promise<Key> {
  const key = await world.cli<Key>("key", "show", name);
  await page.goto(`/keys/${key.id}`);
  await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
  return key;
}

export async function selectVersion(page: Page, number: number): Promise<void> {
  await page.getByRole("radio", { name: `Select version ${number}` }).check();
}

export async function actOnVersion(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: "Version actions" }).click();
  await page.getByRole("menuitem", { name: what, exact: true }).click();
}

export async function act(page: Page, what: string): Promise<void> {
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: what, exact: true }).click();
}
