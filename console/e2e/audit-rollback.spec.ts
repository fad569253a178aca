import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { carryOut, close } from "./steps";
import { expect, look, signIn, test, type World } from "./world";

const DATABASE = "keyferry.db";

/** Copies the database of a server that stands still, instead of what is there. */
function copyDatabase(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const parts = (folder: string) => readdirSync(folder).filter((name) => name.startsWith(DATABASE));
  for (const part of parts(to)) rmSync(join(to, part));
  for (const part of parts(from)) cpSync(join(from, part), join(to, part));
}

/** Puts a database back that lacks a key, which the server has signed meanwhile. */
async function putBack(world: World, lost: string): Promise<void> {
  const data = join(world.folder, "data");
  const backup = join(world.folder, "backup");
  await world.die();
  copyDatabase(data, backup);
  await world.revive();
  await world.cli("key", "create", lost);
  // A report is signed together with the log.
  await world.cli("report", "keys");
  await world.die();
  copyDatabase(backup, data);
  await world.revive();
}

test("a database that was put back is told as an alert, lets nothing be made, and is accepted with a reason", async ({
  ownWorld,
  visit,
}) => {
  test.slow();
  const world = await ownWorld();
  const page = await visit(world);
  await page.goto("/");
  await signIn(page, "admin", world.password);
  await putBack(world, "made-and-lost");

  await page.goto("/alerts");
  const row = page.getByRole("row", { name: /the database is not the one/ });
  await expect(row.getByText("Critical")).toBeVisible();
  await row.getByRole("link").first().click();
  await expect(page.getByRole("heading", { level: 1, name: /the database is not the one/ })).toBeVisible();
  await look(page, "quarantine-alert");
  const alert = new URL(page.url()).pathname;

  await page.goto("/keys");
  await expect(page.getByRole("link", { name: "made-and-lost" })).toHaveCount(0);
  await page.getByRole("button", { name: "Create key" }).first().click();
  let dialog = page.getByRole("dialog", { name: "Create key" });
  await dialog.getByLabel("Name").fill("not-now");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("audit.quarantined")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await page.goto(alert);
  await page.getByRole("link", { name: "audit log", exact: true }).click();
  await expect(page.getByText("This server is in quarantine")).toBeVisible();
  await page.getByRole("button", { name: "Accept the database as it is" }).click();
  dialog = page.getByRole("dialog", { name: "Accept the database as it is" });
  const reason = "the disk died; backup of Tuesday";
  await dialog.getByLabel("Why that is right").fill(reason);
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("Synchronize every keystore then")).toBeVisible();
  const go = dialog.getByRole("button", { name: "Carry out" });
  await expect(go).toBeDisabled();
  await dialog.getByLabel("To confirm, type accept-rollback").fill("accept");
  await expect(go).toBeDisabled();
  await dialog.getByLabel("To confirm, type accept-rollback").fill("accept-rollback");
  await look(page, "quarantine-accept");
  await go.click();
  await expect(dialog.getByText("Done", { exact: true })).toBeVisible();
  await close(dialog);
  await expect(page.getByText("This server is in quarantine")).toHaveCount(0);

  await page.goto("/audit?action=audit.accept-rollback");
  await page
    .getByRole("button", { name: /^Entry \d+/ })
    .first()
    .click();
  await expect(page.getByText(reason).first()).toBeVisible();
  await look(page, "quarantine-accepted");
  await page.goto("/keys");
  await page.getByRole("button", { name: "Create key" }).first().click();
  dialog = page.getByRole("dialog", { name: "Create key" });
  await dialog.getByLabel("Name").fill("made-and-lost");
  await carryOut(dialog, "made-and-lost has version 1.");
  await page.goto("/alerts");
  await expect(page.getByText("No alerts")).toBeVisible();
});
