import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { person } from "./others";
import { expect, look, test } from "./world";

test("a report of keys is made, downloaded, and proved by the offline verifier", async ({ page, world }) => {
  await world.kmsKey("reported");
  await page.goto("/reports");
  await look(page, "reports");
  await page.getByRole("button", { name: "Make report" }).click();
  // However many others made, it is found among them.
  await page.getByLabel("Find keys").fill("reported");
  await page.getByLabel("Find keys").press("Enter");
  await expect(page.getByRole("row", { name: /reported/ })).toBeVisible();
  await expect(page.getByText("user/admin")).toBeVisible();
  await look(page, "report-keys");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download signed report" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^report-keys-\d{4}-\d\d-\d\d\.json$/);
  const folder = mkdtempSync(join(tmpdir(), "keyferry-report-"));
  const file = join(folder, "report.json");
  await download.saveAs(file);
  const { key } = await world.cli<{ key: string }>("audit", "key");
  await expect(world.cli("audit", "verify-report", file, "--key", key)).resolves.toBeTruthy();
  writeFileSync(file, readFileSync(file, "utf8").replace("reported", "rep0rted"));
  await expect(world.cli("audit", "verify-report", file, "--key", key)).rejects.toThrow();
  rmSync(folder, { recursive: true });
});

test("a report of a day before there was anything has no rows, and says when it is of", async ({ page }) => {
  await page.goto("/reports");
  await page.getByRole("radio", { name: "A moment in the past" }).check();
  await expect(page.getByRole("button", { name: "Make report" })).toBeDisabled();
  await page.getByLabel("Day", { exact: true }).fill("2020-02-01");
  await page.getByLabel("Time").fill("10:30");
  await page.getByRole("button", { name: "Make report" }).click();
  await expect(page.getByText("Nothing to report")).toBeVisible();
  await expect(page.getByText(/01 Feb 2020, 10:30:00/)).toBeVisible();
  await look(page, "report-past");
});

test("a report of a day that is yet to come is refused with its reason", async ({ page }) => {
  await page.goto("/reports");
  await page.getByRole("radio", { name: "A moment in the past" }).check();
  await page.getByLabel("Day", { exact: true }).fill("2200-01-01");
  await page.getByRole("button", { name: "Make report" }).click();
  const refusal = page.getByRole("main").getByRole("alert").filter({ hasText: "request.invalid" });
  await expect(refusal.getByText("nobody knows what will be then")).toBeVisible();
  await look(page, "wrong-report-time");
  await expect(page.getByRole("button", { name: "Download signed report" })).toHaveCount(0);
});

test("an auditor sees who has which role, what rotates, what was approved, and which control asks for it", async ({
  page,
  world,
}) => {
  await world.kmsKey("turns-for-report");
  await world.cli("kms-key", "set-rotation", "turns-for-report", "--rotate-every", "1y");
  await person(world, "judge", "system-administrator");
  // It is never decided: what waits changes no rule.
  const asking = ["approval-rule", "set", "destructive", "--approvers", "1", "--ask", "for the report"];
  const OTHERS_ARE_ASKED = 12;
  await expect(world.cli(...asking)).rejects.toMatchObject({ code: OTHERS_ARE_ASKED });
  await page.goto("/reports");
  await page.getByRole("radio", { name: /^Access/ }).check();
  await page.getByRole("button", { name: "Make report" }).click();
  await expect(page.getByRole("row", { name: /admin administrator default/ }).first()).toBeVisible();
  await page.getByRole("radio", { name: /^Rotation/ }).check();
  await page.getByRole("button", { name: "Make report" }).click();
  await expect(page.getByRole("row", { name: /turns-for-report/ })).toBeVisible();
  await page.getByRole("radio", { name: /^Approvals/ }).check();
  await page.getByRole("button", { name: "Make report" }).click();
  await expect(page.getByRole("row", { name: /approval-rule\.manage.*admin/ }).first()).toBeVisible();
  await page.getByRole("button", { name: "Which controls ask for what" }).click();
  await expect(page.getByRole("row", { name: /Separation of duties.*Access/ })).toBeVisible();
  const waiting = await world.cli<{ id: string; reason: string }[]>("approval", "list");
  for (const { id, reason } of waiting)
    if (reason === "for the report") await world.cli("approval", "cancel", id);
});
