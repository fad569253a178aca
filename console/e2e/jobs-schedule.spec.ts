import { expect, look, test, type World } from "./world";

interface Shown {
  id: string;
  rotation: Record<string, unknown>;
}

const DAILY = ["--rotate-every", "1d", "--rotate-from"];
/** The scheduler looks when something is due, and once a minute at least. */
const RUN_MAX = 120_000;

/** A moment that is still to come when the command that is given it has arrived. */
const soon = () => new Date(Date.now() + 10_000).toISOString();

async function schedules(world: World): Promise<string> {
  return JSON.stringify(await world.cli("schedule", "list"));
}

test("the schedule of a KMS key by cron is read with its next times, edited without loss, and removed", async ({
  page,
  world,
}) => {
  const rule = ["--rotate-at", "0 3 1 * *", "--rotation-zone", "Europe/Berlin"];
  await world.kmsKey("by-cron", ...rule, "--rotation-method", "in-place", "--at-rotation-limit", "block");
  await page.goto("/schedules");
  await page.getByRole("link", { name: "by-cron", exact: true }).click();
  await expect(page.getByRole("heading", { name: "by-cron", exact: true })).toBeVisible();
  await expect(page.getByText("0 3 1 * * (Europe/Berlin)")).toBeVisible();
  await expect(page.getByText(/^\d{4}-\d\d-01 03:00 \(Europe\/Berlin\)$/)).toHaveCount(5);
  await expect(page.getByText("It has not rotated yet")).toBeVisible();
  await look(page, "schedule");

  await page.getByRole("button", { name: "Edit schedule" }).click();
  const edit = page.getByRole("dialog", { name: "Edit the schedule of by-cron" });
  await expect(edit.getByRole("textbox", { name: "Line of cron" })).toHaveValue("0 3 1 * *");
  await edit.getByRole("textbox", { name: "Line of cron" }).fill("0 3 99 * *");
  await edit.getByRole("button", { name: "Preview" }).click();
  await expect(edit.getByText("request.invalid")).toBeVisible();
  await edit.getByRole("textbox", { name: "Line of cron" }).fill("30 4 1,15 * *");
  await edit.getByRole("button", { name: "Preview" }).click();
  await expect(edit.getByText(/04:30 \(Europe\/Berlin\)/).first()).toBeVisible();
  await edit.getByRole("button", { name: "Carry out" }).click();
  await expect(edit.getByText("Done", { exact: true })).toBeVisible();
  await edit.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("30 4 1,15 * * (Europe/Berlin)")).toBeVisible();
  await expect(page.getByText(/04:30 \(Europe\/Berlin\)$/)).toHaveCount(5);
  const { rotation } = await world.cli<Shown>("kms-key", "show", "by-cron");
  expect(rotation).toMatchObject({
    cron: "30 4 1,15 * *",
    time_zone: "Europe/Berlin",
    method: "in-place",
    at_budget: "block",
  });

  await page.getByRole("button", { name: "Remove schedule" }).click();
  const remove = page.getByRole("dialog", { name: "Remove the schedule of by-cron" });
  await expect(remove.getByText("by-cron does not rotate by itself any more.")).toBeVisible();
  await remove.getByRole("button", { name: "Carry out" }).click();
  await expect(remove.getByText("Done", { exact: true })).toBeVisible();
  await remove.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("It does not rotate by itself", { exact: true })).toBeVisible();
  expect(await schedules(world)).not.toContain("by-cron");
  await page.getByRole("link", { name: "KMS key", exact: true }).click();
  await expect(page.getByRole("heading", { name: "by-cron" })).toBeVisible();
});

test("whatever rotated by its schedule has its last runs on the page of the schedule", async ({
  page,
  world,
}) => {
  await world.kmsKey("runs-by-itself");
  await world.cli("key", "create", "versions-by-itself");
  const inPlace = ["--rotation-method", "in-place"];
  await world.cli("key", "set-rotation", "versions-by-itself", ...DAILY, soon());
  await world.cli("kms-key", "set-rotation", "runs-by-itself", ...DAILY, soon(), ...inPlace);
  const { id } = await world.cli<Shown>("kms-key", "show", "runs-by-itself");
  await page.goto(`/schedules/kms-key:${id}`);
  const run = page.getByRole("link", { name: "kms-key.rotate runs-by-itself" });
  await expect(run).toBeVisible({ timeout: RUN_MAX });
  await expect(page.getByRole("row", { name: /runs-by-itself.*keystore\/payments/ })).toBeVisible();
  await look(page, "schedule-runs");
  await run.click();
  await expect(page).toHaveURL(/\/jobs\//);

  await page.goto("/schedules");
  await page.getByRole("link", { name: "versions-by-itself", exact: true }).click();
  await expect(page.getByRole("row", { name: /2.*key\/versions-by-itself.*Done/ })).toBeVisible();
  await look(page, "schedule-of-key");
  await page.getByRole("button", { name: "Edit schedule" }).click();
  const edit = page.getByRole("dialog", { name: "Edit the schedule of versions-by-itself" });
  await edit.getByRole("button", { name: "Every" }).click();
  await page.getByRole("option", { name: "90 days" }).click();
  await edit.getByRole("button", { name: "Preview" }).click();
  await edit.getByRole("button", { name: "Carry out" }).click();
  await edit.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Every 90 days")).toBeVisible();
  expect(await schedules(world)).toContain(`"every":"90d"`);
});
