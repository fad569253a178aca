import type { Page } from "@playwright/test";

import { accessKey, authority, csv, endpoint, STAGING } from "./aws";
import { next } from "./steps";
import { expect, look, test, type World } from "./world";

function wizardFile(page: Page) {
  return page.locator("input[type=file]").first();
}

/** Region and endpoint of the simulated AWS, and whom to trust there. */
async function simulated(page: Page, world: World): Promise<void> {
  await page.getByRole("button", { name: /^Regions/ }).click();
  await page.getByRole("option", { name: /eu-central-1/ }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByLabel("URL", { exact: true })).toHaveValue("https://kms.eu-central-1.amazonaws.com");
  await page.getByLabel("URL", { exact: true }).fill(endpoint(world));
  await expect(page.getByLabel("URL (custom)")).toHaveValue(endpoint(world));
}

async function trust(page: Page, world: World): Promise<void> {
  await page.getByLabel("CA certificates of your own").check();
  await page.getByLabel("CA certificates (PEM)", { exact: true }).fill(authority(world));
}

test("whoever has AWS's file connects an account, once a wrong secret was told", async ({ page, world }) => {
  const key = accessKey(world, STAGING, "keyferry");
  await page.goto("/connections");
  await expect(page.getByRole("link", { name: "production" })).toBeVisible();
  await look(page, "connections");
  await page.getByRole("button", { name: "Add connection" }).click();
  await next(page);
  await expect(page.getByText("Give it a name.")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("from-file");
  await wizardFile(page).setInputFiles({
    name: "a.csv",
    mimeType: "text/csv",
    buffer: Buffer.from("a,b\n1,2"),
  });
  await expect(page.getByText("This is not a file with the columns")).toBeVisible();
  await wizardFile(page).setInputFiles(csv(key.access_key_id, `${key.secret_access_key}x`));
  await expect(page.getByLabel("Access key ID")).toHaveValue(key.access_key_id);
  await look(page, "connection-add-account");
  await next(page);
  await simulated(page, world);
  await look(page, "connection-add-regions");
  await next(page);
  await trust(page, world);
  await look(page, "connection-add-trust");
  await next(page);
  await expect(page.getByLabel("Permissions", { exact: true })).toHaveValue(/kms:ImportKeyMaterial/);
  await look(page, "connection-add-setup");
  await next(page);
  await look(page, "connection-add-schedules");
  await next(page);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("check the access key id and the secret access key")).toBeVisible();
  await expect(page.getByRole("button", { name: "Add connection" })).toHaveCount(0);
  await look(page, "connection-add-refused");

  for (const step of ["Schedules", "Set up in AWS", "TLS and proxy", "Regions and endpoint", "Account"]) {
    await page.getByRole("button", { name: "Previous" }).click();
    await expect(page.getByRole("heading", { name: new RegExp(`^${step}`) }).first()).toBeVisible();
  }
  await wizardFile(page).setInputFiles(csv(key.access_key_id, key.secret_access_key));
  for (let step = 0; step < 5; step += 1) await next(page);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText(`Successfully connected to the AWS account ${STAGING}`)).toBeVisible();
  await look(page, "connection-add-verified");
  await page.getByRole("button", { name: "Add connection" }).click();
  await expect(page.getByRole("heading", { name: "from-file", level: 1 })).toBeVisible();
  const stored = await world.cli<{ account: string; regions: string[] }>("connection", "show", "from-file");
  expect(stored.account).toBe(STAGING);
  expect(stored.regions).toEqual(["eu-central-1"]);
});

test("a connection that does not work is saved anyway, and mended later", async ({ page, world }) => {
  const key = accessKey(world, STAGING, "keyferry");
  await page.goto("/connections/add");
  await page.getByLabel("Name", { exact: true }).fill("mended");
  await page.getByLabel("Access key ID").fill(key.access_key_id);
  await page.getByLabel("Secret access key").fill("a-wrong-secret");
  await next(page);
  await simulated(page, world);
  await next(page);
  await trust(page, world);
  for (let step = 0; step < 3; step += 1) await next(page);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await page.getByRole("button", { name: "Save it without a connection" }).click();
  await expect(page.getByRole("button", { name: "Add it anyway" })).toBeVisible();
  await look(page, "connection-add-anyway");
  await page.getByRole("button", { name: "Add it anyway" }).click();
  await expect(page.getByRole("heading", { name: "mended", level: 1, exact: true })).toBeVisible();
  await expect(page.getByText("Not connected").first()).toBeVisible();

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toBeDisabled();
  await expect(page.getByText("Nothing is changed yet.")).toBeVisible();
  await page.getByLabel("Another identity, or another secret").check();
  await page.getByLabel("Secret access key").fill(key.secret_access_key);
  await look(page, "connection-edit");
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText(`Successfully connected to the AWS account ${STAGING}`)).toBeVisible();
  await page.getByRole("button", { name: "Update connection" }).click();
  await expect(page.getByRole("heading", { name: "mended", level: 1, exact: true })).toBeVisible();
  const stored = await world.cli<{ health: { state: string } }>("connection", "show", "mended");
  expect(stored.health.state).toBe("connected");
  await expect(page.getByText("Connected", { exact: true }).first()).toBeVisible();
});

test("a name that is taken is told, and upper case makes another one", async ({ page, world }) => {
  const key = accessKey(world, STAGING, "keyferry");
  await page.goto("/connections/add");
  await page.getByLabel("Name", { exact: true }).fill("production");
  await page.getByLabel("Access key ID").fill(key.access_key_id);
  await page.getByLabel("Secret access key").fill(key.secret_access_key);
  await next(page);
  await simulated(page, world);
  await next(page);
  await trust(page, world);
  for (let step = 0; step < 3; step += 1) await next(page);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("there already is a connection with this name: production")).toBeVisible();
  await expect(page.getByRole("button", { name: "Save it without a connection" })).toHaveCount(0);
  for (let step = 0; step < 5; step += 1) await page.getByRole("button", { name: "Previous" }).click();
  await page.getByLabel("Name", { exact: true }).fill("PRODUCTION");
  for (let step = 0; step < 5; step += 1) await next(page);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await page.getByRole("button", { name: "Add connection" }).click();
  await expect(page.getByRole("heading", { name: "PRODUCTION", level: 1 })).toBeVisible();
  await page.goto("/connections");
  await expect(page.getByRole("link", { name: "production", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "PRODUCTION", exact: true })).toBeVisible();
});
