// What is over for good. Time goes on for a whole world, so that this journey has one of its own.
import { simulator } from "./others";
import { apart, expect, look } from "./world";

const EIGHT_DAYS = 8 * 24 * 60 * 60;

const test = apart();

test("a KMS key that AWS has deleted is forgotten by its typed name, and its key stays in the vault", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-forget", "--alias", "to-forget");
  await world.cli("kms-key", "schedule-deletion", "to-forget", "--days", "7", "--yes");
  const { id } = await world.cli<{ id: string }>("kms-key", "show", "to-forget");
  // The waiting period passes in AWS alone, which then is in the present again: signatures would be too old.
  await simulator(world, "POST", "clock", { advanceSeconds: EIGHT_DAYS });
  await simulator(world, "POST", "clock", { set: new Date().toISOString() });
  await page.goto(`/kms-keys/${id}`);
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Observe now" }).click();
  await expect(page.getByText(/to-forget was looked at in AWS/)).toBeVisible();
  await expect(page.getByText("GONE", { exact: true }).first()).toBeVisible();
  // AWS said so once, which proves nothing yet.
  await expect(page.getByText("AWS did not know this KMS key when it was last asked")).toBeVisible();
  await expect(page.getByText("AWS does not have this KMS key any more")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Cancel deletion" })).toBeVisible();
  await look(page, "kms-key-gone");

  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Forget" }).click();
  const dialog = page.getByRole("dialog", { name: "Forget to-forget" });
  await expect(dialog.getByText("Keyferry drops its record.")).toBeVisible();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByLabel("To confirm, type to-forget").fill("to-forge ");
  await expect(dialog.getByText("That is not the name.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await dialog.getByLabel("To confirm, type to-forget").fill("to-forget");
  await look(page, "kms-key-forget");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(page.getByText("The record of to-forget is dropped.")).toBeVisible();
  await expect(page).toHaveURL(/\/kms-keys$/);
  await expect(page.getByRole("row", { name: /invoices/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /to-forget/ })).toHaveCount(0);
  await look(page, "kms-key-forgotten");
  await expect(world.cli("kms-key", "show", "to-forget")).rejects.toThrow();
  const kept = await world.cli<{ versions: object[] }>("key", "show", "to-forget");
  expect(kept.versions).toHaveLength(1);
});

test("a KMS key with replicas is deleted in every Region, the replicas first, until somebody cancels it", async ({
  page,
  world,
}) => {
  const regions = ["--region", "eu-central-1", "--region", "us-east-1"];
  await world.cli("kms-key", "create", "spread", "--keystore", "payments", "--multi-region", ...regions);
  const { id } = await world.cli<{ id: string }>("kms-key", "show", "spread");
  await page.goto(`/kms-keys/${id}/places`);
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Schedule deletion" }).click();
  const dialog = page.getByRole("dialog", { name: "Schedule deletion of spread" });
  await dialog.getByLabel("Waiting period (in days)").fill("7");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/ScheduleKeyDeletion/).first()).toBeVisible();
  await look(page, "kms-key-delete-replicas");
  await dialog.getByLabel("To confirm, type spread").fill("spread");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText(/AWS deletes the replicas first/)).toBeVisible({ timeout: 60_000 });
  await expect(dialog.getByText("You may close this: it goes on")).toBeVisible();
  await look(page, "kms-key-delete-replicas-waits");
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("The deletion of this KMS key is scheduled")).toBeVisible();
  await look(page, "kms-key-places-leaving");

  await page.getByRole("button", { name: "Cancel deletion" }).first().click();
  const cancelling = page.getByRole("dialog", { name: "Cancel deletion of spread" });
  await cancelling.getByRole("button", { name: "Preview" }).click();
  await cancelling.getByRole("button", { name: "Carry out" }).click();
  await expect(cancelling.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await cancelling.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /us-east-1 Replica Disabled/ })).toBeVisible();
});

test("several KMS keys are released at once, and the screen says that it is done", async ({
  page,
  world,
}) => {
  for (const name of ["let-go-1", "let-go-2"]) await world.kmsKey(name);
  await page.goto("/kms-keys?name=:let-go-");
  for (const name of ["let-go-1", "let-go-2"])
    await page.getByRole("checkbox", { name: `Select ${name}`, exact: true }).check();
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Release", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByLabel("To confirm, type 2").fill("2");
  await look(page, "kms-keys-release");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Done with all 2 KMS keys.")).toBeVisible();
  await look(page, "kms-keys-released");
  const all = await world.cli<{ name: string }[]>("kms-key", "list", "--life", "RELEASED");
  expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(["let-go-1", "let-go-2"]));
});
