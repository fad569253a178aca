// Rotations that change whose material it is, and rules in the words of cron.
import { foreignKey } from "./aws";
import type { Page } from "@playwright/test";
import { expect, look, test, type World } from "./world";

interface Shown {
  id: string;
  name: string;
  life: string;
  aliases: string[];
  source: { kind: string; key_name?: string };
  rotation: { cron: string; time_zone: string; method: string } | null;
}

const show = (world: World, name: string) => world.cli<Shown>("kms-key", "show", name);

async function begin(page: Page, name: string, operation: string) {
  await page.goto(`/kms-keys?name=${name}`);
  await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).check();
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: operation, exact: true }).click();
  return page.getByRole("dialog");
}

test("a KMS key whose material is AWS's own rotates to a key of the vault, which takes its alias", async ({
  page,
  world,
}) => {
  await world.cli("keystore", "create", "natives", "--connection", "production", "--region", "eu-central-1");
  await world.cli("key", "create", "own-material", "--spec", "AES-256");
  await foreignKey(world, "native", "AWS_KMS");
  await world.cli("keystore", "sync", "natives");
  await world.cli("keystore", "adopt", "natives", "--name-contains", "native");
  const dialog = await begin(page, "native", "Rotate");
  await dialog.getByRole("radio", { name: /A new KMS key takes the aliases/ }).check();
  await dialog.getByRole("button", { name: /^Material of the new KMS key/ }).click();
  await page.getByRole("option", { name: "own-material" }).click();
  await look(page, "kms-key-rotate-native");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("ImportKeyMaterial").first()).toBeVisible();
  await expect(dialog.getByText("UpdateAlias").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /native/ })).toHaveCount(2);
  const all = await world.cli<Shown[]>("kms-key", "list", "--keystore", "natives");
  const holder = all.find(({ aliases }) => aliases.includes("alias/native"));
  expect(holder).toMatchObject({ life: "ACTIVE", source: { kind: "Keyferry" } });
  expect(all.find(({ life }) => life === "REPLACED")?.aliases).toEqual([]);
});

test("a KMS key rotates by a line of cron, once the line is right", async ({ page, world }) => {
  await world.kmsKey("by-line");
  const dialog = await begin(page, "by-line", "Rotation schedule");
  await dialog.getByRole("radio", { name: "By a line of cron" }).check();
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Line of cron" }).fill("at midnight");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByRole("button", { name: "Try again" })).toBeVisible();
  await look(page, "kms-key-cron-refused");
  await dialog.getByRole("textbox", { name: "Line of cron" }).fill("30 2 1 1,7 *");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("The next times")).toBeVisible();
  await expect(dialog.getByText(/^\d{4}-(01|07)-01 02:30 \(UTC\)$/).first()).toBeVisible();
  await look(page, "kms-key-cron");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Done", { exact: true })).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  expect((await show(world, "by-line")).rotation).toMatchObject({ cron: "30 2 1 1,7 *" });
  await page.goto("/schedules");
  await expect(page.getByRole("row", { name: /by-line.*30 2 1 1,7 \* \(UTC\)/ })).toBeVisible();
});
