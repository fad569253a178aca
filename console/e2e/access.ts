// What journeys about people and access do at the screen again and again.
import { expect, type Locator, type Page } from "@playwright/test";
import { createHmac } from "node:crypto";

/** Chooses from a list under a label. */
export async function choose(within: Locator | Page, label: string, option: string | RegExp): Promise<void> {
  await within.getByRole("button", { name: new RegExp(`^${label}`) }).click();
  const page = "page" in within ? within.page() : within;
  const form = typeof option === "string" ? new RegExp(`^${option}`) : option;
  await page.getByRole("option", { name: form }).first().click();
}

/** Chooses several, and closes the list. */
export async function chooseMany(within: Locator, label: string, options: string[]): Promise<void> {
  const trigger = within.getByRole("button", { name: new RegExp(`^${label}`) });
  await trigger.click();
  for (const option of options) {
    await within.page().getByRole("option", { name: option, exact: true }).click();
  }
  await within.page().keyboard.press("Escape");
}

/** Looks at what it would do, carries it out, and waits until it is done. */
export async function carryOut(dialog: Locator, done: string | RegExp = "Done"): Promise<void> {
  const preview = dialog.getByRole("button", { name: "Preview" });
  const go = dialog.getByRole("button", { name: "Carry out" });
  await expect(preview.or(go).first()).toBeVisible();
  if (await preview.isVisible()) await preview.click();
  await go.click();
  await expect(dialog.getByText(done, { exact: typeof done === "string" }).first()).toBeVisible();
}

export async function close(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(dialog).toBeHidden();
}

/** A value that is shown under a label, to be taken along. */
export async function shownOnce(dialog: Locator, label: string): Promise<string> {
  const found = dialog.locator("div", { has: dialog.page().getByText(label, { exact: true }) }).last();
  const value = await found.locator("xpath=following-sibling::*").first().textContent();
  if (value === null) throw new Error(`nothing is shown under ${label}`);
  return value.trim();
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const PERIOD = 30_000;

function bytesOf(base32: string): Buffer {
  const bits = base32.replaceAll(/./g, (letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, "0"));
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

/** The code of an authenticator (RFC 6238), so many periods from now. */
export function codeOf(secret: string, later = 0): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / PERIOD) + later));
  const digest = createHmac("sha1", bytesOf(secret)).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
