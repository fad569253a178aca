import type { Page } from "@playwright/test";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, look, test } from "./world";

const execute = promisify(execFile);

interface KmsKey {
  id: string;
}

async function find(page: Page, label: string, value: string) {
  await page.getByRole("combobox", { name: label }).fill(value);
  await page.getByRole("button", { name: "Find", exact: true }).click();
}

test("whoever did something just now finds its entries by object, action and result", async ({
  page,
  world,
}) => {
  await world.kmsKey("logged");
  const { id } = await world.cli<KmsKey>("kms-key", "show", "logged");
  await page.goto("/audit");
  await expect(page.getByRole("row", { name: /kms-key logged/ }).first()).toBeVisible();
  await find(page, "Object", id);
  await expect(page.getByRole("row", { name: /import-material/ }).first()).toBeVisible();
  await expect(page.getByRole("row", { name: /backups/ })).toHaveCount(0);
  await look(page, "audit");
  await find(page, "Action", "import-material");
  await expect(page.getByRole("row", { name: /create-alias|create-kms-key/ })).toHaveCount(0);
  await page.getByRole("button", { name: /^Result.*Any result/ }).click();
  await page.getByRole("option", { name: "Done" }).click();
  await expect(page.getByRole("row", { name: /import-material/ })).toHaveCount(1);
  await expect(page.getByText("1 of 2 entries looked through")).toBeVisible();

  await page.getByRole("button", { name: /^Entry \d+/ }).click();
  const panel = page.getByRole("dialog", { name: /^Entry \d+/ });
  await expect(panel.getByText("ImportKeyMaterial", { exact: true })).toBeVisible();
  await expect(panel.getByText("user/admin").first()).toBeVisible();
  await look(page, "audit-entry");
  await panel.getByRole("link", { name: "logged" }).click();
  await expect(page).toHaveURL(`/kms-keys/${id}`);
});

test("entries of a time are found, and of a time without any the list says so", async ({ page, world }) => {
  await world.kmsKey("timed");
  await page.goto("/audit?from=2020-01-01T00:00:00Z&until=2020-02-01T00:00:00Z");
  await expect(page.getByText("No entry fits")).toBeVisible();
  await page.getByRole("button", { name: /^Time Time/ }).click();
  await page.getByRole("radio", { name: "Last hour" }).check();
  await look(page, "audit-time");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByRole("row", { name: /kms-key timed/ }).first()).toBeVisible();
});

test("an entry that nobody has is not found, and clearing shows the others again", async ({ page }) => {
  await page.goto("/audit?actor=user/nobody-of-that-name");
  await expect(page.getByText("No entry fits")).toBeVisible();
  await page.getByRole("button", { name: "Clear filter" }).click();
  await expect(page.getByRole("row", { name: /user\/admin/ }).first()).toBeVisible();
});

test("the whole log is downloaded, and the offline verifier proves the file", async ({ page, world }) => {
  await page.goto("/audit");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "Download the whole log" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("keyferry-audit.tar");
  await expect(page.getByText(/The export has \d+ entries/)).toBeVisible();
  const folder = mkdtempSync(join(tmpdir(), "keyferry-export-"));
  const archive = join(folder, "log.tar");
  await download.saveAs(archive);
  await execute("tar", ["-xf", archive, "-C", folder]);
  const { key } = await world.cli<{ key: string }>("audit", "key");
  await expect(world.cli("audit", "verify", folder, "--key", key)).resolves.toBeTruthy();
  const other = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  await expect(world.cli("audit", "verify", folder, "--key", other)).rejects.toThrow();
  rmSync(folder, { recursive: true });
});

test("the newest checkpoint is downloaded as the signed note that it is", async ({ page, world }) => {
  await page.goto("/audit");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("menuitem", { name: "Download checkpoint" }).click();
  const note = readFileSync(await (await downloading).path(), "utf8");
  const { key } = await world.cli<{ key: string }>("audit", "key");
  expect(note.split("\n")[0]).toBe(key.split("+")[0]);
  expect(note).toMatch(/\n\n— /);
});
