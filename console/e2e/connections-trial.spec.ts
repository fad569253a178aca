// The doctor's trial of the main job takes some ten minutes: others go on beside it.
import { connection } from "./aws";
import { close } from "./steps";
import { expect, look, test } from "./world";

const MINUTE = 60_000;

test("the main job is tried on throw-away keys to its end, and what was made is on its way out again", async ({
  page,
  world,
}) => {
  // It waits as long as AWS may take to show a rotation and a deletion.
  test.setTimeout(20 * MINUTE);
  await connection(world, "tried-out");
  // Where nobody counts what is found.
  await world.cli("connection", "update", "tried-out", "--region", "us-west-2");
  await page.goto("/connections");
  await page.getByRole("link", { name: "tried-out", exact: true }).click();
  await page.getByRole("tab", { name: "Doctor" }).click();
  await page.getByRole("button", { name: "Try the main job on throw-away keys" }).click();
  const dialog = page.getByRole("dialog", { name: "Try the main job of tried-out on throw-away keys" });
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByRole("heading", { name: "Jobs since you opened this" })).toBeVisible();
  await expect(dialog.getByRole("progressbar").first()).toBeVisible();
  await look(page, "connection-trial-under-way");
  await expect(dialog.getByText("Everything is as it should be")).toBeVisible({ timeout: 15 * MINUTE });
  const made = dialog.getByRole("table", { name: "Throw-away keys" }).getByRole("row");
  await expect(made.filter({ hasText: /20\d\d/ }).first()).toBeVisible();
  await look(page, "connection-tried-out");
  await close(dialog);
  const left = await world.cli<{ life: string }[]>("kms-key", "list", "--connection", "tried-out");
  expect(left.length).toBeGreaterThan(0);
  expect(left.filter(({ life }) => life !== "PENDING_DELETION")).toEqual([]);
});
