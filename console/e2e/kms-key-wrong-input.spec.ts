// What a KMS key cannot be is told where it was said, before anything is asked of AWS.
import type { Locator, Page } from "@playwright/test";

import { carryThrough } from "./steps";
import { expect, look, test } from "./world";

interface Shown {
  id: string;
  name: string;
  description: string;
  aliases: string[];
  tags: Record<string, string>;
}

async function act(page: Page, operation: string): Promise<Locator> {
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: operation, exact: true }).click();
  return page.getByRole("dialog");
}

/** What is said is refused with this code; nothing can be carried out. */
async function refused(dialog: Locator, code: string | RegExp): Promise<void> {
  const preview = dialog.getByRole("button", { name: "Preview" });
  await preview.click();
  await expect(dialog.getByRole("alert").getByText(code).first()).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toHaveCount(0);
}

test("names, aliases, tags and an end that a KMS key cannot have are refused one by one, and right ones taken", async ({
  page,
  world,
}) => {
  await world.kmsKey("wrong-edit", "--alias", "wrong-edit");
  await world.kmsKey("wrong-other", "--alias", "wrong-other");
  const { id } = await world.cli<Shown>("kms-key", "show", "wrong-edit");
  await page.goto(`/kms-keys/${id}`);
  const dialog = await act(page, "Edit");
  await dialog.getByLabel("Name", { exact: true }).fill("");
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByLabel("Name", { exact: true }).fill("wrong-other");
  await refused(dialog, "kms-key.name-taken");
  await dialog.getByLabel("Name", { exact: true }).fill("wrong-edited");

  for (const [alias, code] of [
    ["two words", "kms-key.bad-alias"],
    ["aws/mine", "kms-key.bad-alias"],
    ["wrong-other", "plan.foreign-alias"],
  ] as const) {
    await dialog.getByLabel("Alias 1").fill(alias);
    await refused(dialog, code);
  }
  await look(page, "kms-key-alias-refused");
  await dialog.getByLabel("Alias 1").fill("wrong-edited");

  await dialog.getByRole("button", { name: "Add tag" }).click();
  const last = dialog.getByRole("textbox", { name: /^Tag key/ }).last();
  for (const [key, told] of [
    ["k".repeat(129), "A key has 128 characters at most."],
    ["what?", "Letters, digits, spaces and _ . : / = + - @ only."],
    ["aws:cost", "Keys that begin with aws: or keyferry: are reserved."],
  ] as const) {
    await last.fill(key);
    await expect(dialog.getByText(told)).toBeVisible();
    await refused(dialog, "kms-key.tags");
  }
  await look(page, "kms-key-tag-refused");
  await last.fill("team");
  await expect(dialog.getByText("This key comes once more below")).toBeVisible();
  await last.fill("cost");

  await dialog.getByRole("radio", { name: "Until a day" }).check();
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Day" }).fill("2020-02-29");
  await refused(dialog, "kms-key.expiry");
  await look(page, "kms-key-end-refused");
  await dialog.getByRole("radio", { name: "For ever" }).check();
  await carryThrough(dialog);
  expect(await world.cli<Shown>("kms-key", "show", id)).toMatchObject({
    name: "wrong-edited",
    aliases: ["alias/wrong-edited"],
    tags: { cost: "" },
  });
});

test("AWS's own rotation takes no period that AWS does not have, and a right one", async ({
  page,
  world,
}) => {
  await world.kmsKey("wrong-period", "--origin", "aws");
  const { id } = await world.cli<Shown>("kms-key", "show", "wrong-period");
  await page.goto(`/kms-keys/${id}`);
  const dialog = await act(page, "Edit");
  const days = dialog.getByLabel("Days between AWS's own rotations");
  for (const wrong of ["89", "2561", "0"]) {
    await days.fill(wrong);
    await expect(dialog.getByText("A whole number from 90 to 2560, or nothing.")).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  }
  await look(page, "kms-key-period-refused");
  await days.fill("90");
  await carryThrough(dialog);
  await expect(page.getByText(/90 days/).first()).toBeVisible();
});
