// What people do at the screen again and again, whatever the journey is about.
import { expect, type Locator, type Page } from "@playwright/test";

/** A job in the simulated AWS may take so long on a slow machine. */
const JOB_MAX = 60_000;

function pageOf(within: Locator | Page): Page {
  return "page" in within ? within.page() : within;
}

/** Chooses from the list under a label; several where it takes several. */
export async function choose(
  within: Locator | Page,
  label: string,
  ...options: (string | RegExp)[]
): Promise<void> {
  const page = pageOf(within);
  const named = within.getByRole("button", { name: new RegExp(`^${label}( .+)?$`) });
  await named.and(page.locator("[aria-haspopup]")).click();
  // What an option says beside its label may hold the label of another one.
  for (const option of options) {
    const form = typeof option === "string" ? new RegExp(`^${option}`) : option;
    await page.getByRole("option", { name: form }).first().click();
  }
  if (options.length > 1) await page.keyboard.press("Escape");
}

/** Chooses several by their whole names, or one where several could be. */
export async function chooseMany(within: Locator | Page, label: string, options: string[]): Promise<void> {
  const page = pageOf(within);
  await within.getByRole("button", { name: new RegExp(`^${label}`) }).click();
  for (const option of options) await page.getByRole("option", { name: option, exact: true }).click();
  await page.keyboard.press("Escape");
}

/** To the next step of a wizard. */
export async function next(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Next", exact: true }).click();
}

/** Looks at what it would do where that is still to be seen, and begins it. */
export async function start(dialog: Locator): Promise<void> {
  const preview = dialog.getByRole("button", { name: "Preview" });
  const go = dialog.getByRole("button", { name: "Carry out" });
  await expect(preview.or(go).first()).toBeVisible();
  if (await preview.isVisible()) await preview.click();
  await go.click();
}

/** Begins it, and waits until it is done. */
export async function carryOut(dialog: Locator, done: string | RegExp = "Done"): Promise<void> {
  await start(dialog);
  const told = dialog.getByText(done, { exact: typeof done === "string" }).first();
  await expect(told).toBeVisible({ timeout: JOB_MAX });
}

export async function close(dialog: Locator): Promise<void> {
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(dialog).toBeHidden();
}

/** Begins it, waits until its job succeeded, and closes. */
export async function carryThrough(dialog: Locator): Promise<void> {
  await carryOut(dialog, "Succeeded");
  await close(dialog);
}

/** A value that is shown under a label, to be taken along. */
export async function shownOnce(dialog: Locator, label: string): Promise<string> {
  const found = dialog.locator("div", { has: dialog.page().getByText(label, { exact: true }) }).last();
  const value = await found.locator("xpath=following-sibling::*").first().textContent();
  if (value === null) throw new Error(`nothing is shown under ${label}`);
  return value.trim();
}

/** Says who one is at the sign-in page, whatever comes of it. */
export async function typeIn(page: Page, user: string, password: string): Promise<void> {
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** More than any page has. */
const STOPS_MAX = 80;

/** Goes on with one key until something has the focus, as a person does who sees where it is. */
export async function go(page: Page, by: string, to: Locator): Promise<void> {
  await expect(to).toBeVisible();
  const isThere = () => to.evaluate((element) => element === document.activeElement);
  for (let stops = 0; stops < STOPS_MAX && !(await isThere()); stops += 1) await page.keyboard.press(by);
  await expect(to).toBeFocused();
}
