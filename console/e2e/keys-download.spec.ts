import { constants, createHash, createPublicKey, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";

import { actOnVersion, keyPage, selectVersion } from "./keys";
import type { Key } from "./upload";
import { expect, look, test, type World } from "./world";

const FIRST = "three quiet herons at dawn";
const OWN = "nine copper kettles whistle";

/** Answers once as the server does where a proof is more than five minutes old: what is tried needs none. */
async function answerLate(page: Page): Promise<void> {
  let isLate = true;
  await page.route("**/api/v1/keys/*/versions/*/download*", async (route) => {
    const isTrial = new URL(route.request().url()).searchParams.get("dry_run") === "true";
    if (isTrial || !isLate) return route.continue();
    isLate = false;
    const json = { code: "export.not-recent", detail: "who one is was not proved lately", status: 403 };
    return route.fulfill({ status: 403, json, contentType: "application/problem+json" });
  });
}

/** A person who may take material out of the default group, at a browser of her own. */
async function another(world: World, page: Page): Promise<void> {
  const file = join(world.folder, "dora.password");
  writeFileSync(file, FIRST);
  await world.cli("user", "create", "dora", "--password-file", file);
  await world.cli("role", "give", "operator", "--to", "dora", "--group", "default");
  await page.goto("/keys");
  await page.getByLabel("User name").fill("dora");
  await page.getByLabel("Password", { exact: true }).fill(FIRST);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("First password").fill(FIRST);
  await page.getByLabel("New password", { exact: true }).fill(OWN);
  await page.getByLabel("New password again").fill(OWN);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("button", { name: "dora" })).toBeVisible();
}

test("one person prepares a download, another one proves again who she is and takes it, and it unwraps", async ({
  page,
  stranger,
  world,
}) => {
  // Two people at two browsers take their time.
  test.slow();
  const pair = generateKeyPairSync("rsa", { modulusLength: 3072 });
  const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const der = createPublicKey(pem).export({ type: "spki", format: "der" });
  const sha256 = createHash("sha256").update(der).digest("hex");
  await world.cli("key", "create", "journey-leaves", "--exportable");
  const key = await keyPage(page, world, "journey-leaves");

  await selectVersion(page, 1);
  await actOnVersion(page, "Prepare download");
  const prepare = page.getByRole("dialog", { name: "Prepare a download of version 1" });
  const chooser = prepare.locator('input[type="file"]');
  const secret = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await chooser.setInputFiles({ name: "private.pem", mimeType: "text/plain", buffer: Buffer.from(secret) });
  await expect(prepare.getByText("That file holds a private key.")).toBeVisible();
  await chooser.setInputFiles({ name: "public.pem", mimeType: "text/plain", buffer: Buffer.from(pem) });
  await prepare.getByLabel("Reason").fill("moving to the new HSM");
  await prepare.getByRole("button", { name: "Preview" }).click();
  await expect(prepare.getByText(sha256).last()).toBeVisible();
  await look(page, "key-prepare");
  await prepare.getByRole("button", { name: "Carry out" }).click();
  await expect(prepare.getByText("Another person may take it until")).toBeVisible();
  await prepare.getByRole("button", { name: "Close", exact: true }).click();

  await actOnVersion(page, "Download");
  const own = page.getByRole("dialog", { name: "Download version 1 of journey-leaves" });
  await own.getByRole("button", { name: "Preview" }).click();
  await expect(own.getByText("export.same-person")).toBeVisible();
  await own.getByRole("button", { name: "Cancel" }).click();

  const dora = await stranger();
  await another(world, dora);
  await dora.goto("/keys/preparations");
  await look(dora, "key-preparations");
  await dora.getByRole("radio", { name: "Select journey-leaves, version 1" }).check();
  await dora.getByRole("button", { name: "Download", exact: true }).click();
  const take = dora.getByRole("dialog", { name: "Download version 1 of journey-leaves" });
  await take.getByLabel("Expected SHA-256 of the public key").fill("abc");
  await expect(take.getByText("A SHA-256 has 64 hexadecimal digits.")).toBeVisible();
  await take.getByLabel("Expected SHA-256 of the public key").fill("0".repeat(64));
  await take.getByRole("button", { name: "Preview" }).click();
  await expect(take.getByText("export.other-public-key")).toBeVisible();
  await take.getByLabel("Expected SHA-256 of the public key").fill(sha256);
  await take.getByRole("button", { name: "Preview" }).click();
  await expect(take.getByText("admin prepared it: moving to the new HSM")).toBeVisible();
  await answerLate(dora);
  await take.getByRole("button", { name: "Carry out" }).click();
  const confirm = dora.getByRole("dialog", { name: "Is it still you?" });
  await look(dora, "confirm-dialog");
  await confirm.getByLabel("Password", { exact: true }).fill("certainly not the password");
  await confirm.getByRole("button", { name: "Confirm" }).click();
  await expect(confirm.getByText("access.not-confirmed")).toBeVisible();
  await confirm.getByLabel("Password", { exact: true }).fill(OWN);
  const saving = dora.waitForEvent("download");
  await confirm.getByRole("button", { name: "Confirm" }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("journey-leaves-1.wrapped");
  await expect(take.getByText("Your browser has saved the wrapped file")).toBeVisible();
  await look(dora, "key-download");

  const wrapped = readFileSync(await download.path());
  const oaep = { key: pair.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  const material = privateDecrypt(oaep, wrapped);
  expect(material).toHaveLength(32);
  const file = join(world.folder, "leaves.bin");
  writeFileSync(file, material);
  const proof = await world.cli<Key>("key", "import", "journey-leaves-proof", "--file", file);
  expect(proof.versions[0]?.fingerprint).toBe(key.versions[0]?.fingerprint);
  await take.getByRole("button", { name: "Close", exact: true }).click();
  await expect(dora.getByRole("row", { name: /journey-leaves/ })).toHaveCount(0);
});

test("a prepared download is cancelled, and is offered to nobody any more", async ({ page, world }) => {
  await world.cli("key", "create", "journey-remains", "--exportable");
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const publicKey = join(world.folder, "stays.pem");
  writeFileSync(publicKey, pem);
  const args = ["--public-key", publicKey, "--reason", "trying"];
  await world.cli("key", "prepare-download", "journey-remains", "1", ...args);
  await page.goto("/keys/preparations");
  await page.getByRole("radio", { name: "Select journey-remains, version 1" }).check();
  await page.getByRole("button", { name: "Cancel preparation" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel the preparation of journey-remains" });
  await expect(dialog.getByText("Nobody takes it then.")).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("radio", { name: "Select journey-remains, version 1" })).toBeHidden();
  const left = await world.cli<{ items?: unknown[] }>("key", "preparations");
  expect(JSON.stringify(left)).not.toContain("journey-remains");
});
