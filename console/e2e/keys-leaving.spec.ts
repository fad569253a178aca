// Everything of a group leaves, and a rule holds for a whole world, so that these journeys have one of their own. The
// rule is set by the last one.
import { execFileSync } from "node:child_process";
import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Download, Page } from "@playwright/test";

import { cutOff } from "./cut-off";
import { approve, enter, PASSWORD, person } from "./others";
import type { Key } from "./upload";
import { apart, expect, look, signIn, type World } from "./world";

const test = apart(async (world, visit) => {
  for (const name of ["dora", "carol"]) {
    await person(world, name, "administrator", "default");
    const page = await visit();
    await enter(page, name);
    await page.context().close();
  }
});

/** Somebody who was there before signs in. */
async function come(page: Page, name: string): Promise<Page> {
  await page.goto("/");
  await signIn(page, name, PASSWORD);
  return page;
}

/** A key pair, and what its owner tells of it. */
function keyPair() {
  const pair = generateKeyPairSync("rsa", { modulusLength: 3072 });
  const pem = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const der = createPublicKey(pem).export({ type: "spki", format: "der" });
  const secret = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  return { pem, secret, sha256: createHash("sha256").update(der).digest("hex") };
}

/** Unwraps an export as its owner does, and gives the folder. */
async function unwrapped(world: World, download: Download, secret: string, name: string): Promise<string> {
  const [wrapped, clear] = [join(world.folder, name), join(world.folder, `${name}-clear`)];
  const privateKey = join(world.folder, `${name}.pem`);
  writeFileSync(privateKey, secret, { mode: 0o600 });
  mkdirSync(wrapped);
  execFileSync("tar", ["-xf", await download.path(), "-C", wrapped]);
  await world.cli("key", "unwrap-export", wrapped, "--private-key", privateKey, "--to", clear);
  return clear;
}

async function select(page: Page): Promise<void> {
  await page.goto("/keys/preparations");
  await page.getByRole("radio", { name: "Select default" }).check();
  await page.getByRole("button", { name: "Download", exact: true }).click();
}

test("one administrator prepares everything of a group, and another one takes it once, with what is missing", async ({
  page,
  stranger,
  world,
}) => {
  test.slow();
  const { pem, secret, sha256 } = keyPair();
  const key = await world.cli<Key>("key", "create", "leaves-for-good", "--exportable");
  await page.goto("/keys/preparations");
  await page.getByRole("button", { name: "Prepare everything of a group" }).click();
  const prepare = page.getByRole("dialog", { name: "Prepare everything of a group" });
  await expect(prepare.getByText(/keys are not exportable and will not be in it: /)).toBeVisible();
  const field = prepare.getByLabel("Public key", { exact: true });
  const preview = prepare.getByRole("button", { name: "Preview" });
  await field.fill(secret);
  await expect(prepare.getByText("That file holds a private key.")).toBeVisible();
  await expect(field).toHaveValue("");
  await field.fill("ssh-rsa AAAA");
  await expect(prepare.getByText("There is no PEM block PUBLIC KEY in it.")).toBeVisible();
  await field.fill(pem);
  await expect(prepare.getByText(sha256)).toBeVisible();
  await prepare.getByLabel("Reason").fill("leaving");
  await prepare.getByLabel("SHA-256 that its owner tells").fill("0".repeat(64));
  await expect(prepare.getByText("This public key has another SHA-256")).toBeVisible();
  await expect(preview).toBeDisabled();
  await prepare.getByLabel("SHA-256 that its owner tells").fill(sha256.toUpperCase());
  await look(page, "key-leaving-prepare");
  await preview.click();
  await prepare.getByRole("button", { name: "Carry out" }).click();
  await expect(prepare.getByText("Another person may take it until")).toBeVisible();
  await prepare.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("radio", { name: "Select default" }).check();
  await page.getByRole("button", { name: "Download", exact: true }).click();
  const own = page.getByRole("dialog", { name: "Take everything of default" });
  await own.getByRole("button", { name: "Preview" }).click();
  await expect(own.getByText("export.same-person")).toBeVisible();
  await own.getByRole("button", { name: "Cancel" }).click();

  const carol = await come(await stranger(), "carol");
  await select(carol);
  const late = carol.getByRole("dialog", { name: "Take everything of default" });
  await late.getByRole("button", { name: "Preview" }).click();
  await cutOff(world, carol);
  const broken = carol.waitForEvent("download");
  await late.getByRole("button", { name: "Carry out" }).click();
  await expect(late.getByText("The export is not whole")).toBeVisible();
  expect((await broken).suggestedFilename()).toBe("export-not-whole.tar");
  await look(carol, "key-leaving-broken");
  await select(carol);
  await late.getByRole("button", { name: "Preview" }).click();
  await expect(late.getByText("admin prepared it: leaving")).toBeVisible();

  const dora = await come(await stranger(), "dora");
  await select(dora);
  const take = dora.getByRole("dialog", { name: "Take everything of default" });
  await take.getByLabel("Expected SHA-256 of the public key").fill("f".repeat(64));
  await take.getByRole("button", { name: "Preview" }).click();
  await expect(take.getByText("export.other-public-key")).toBeVisible();
  await take.getByLabel("Expected SHA-256 of the public key").fill(sha256);
  await take.getByRole("button", { name: "Preview" }).click();
  await expect(take.getByText("admin prepared it: leaving")).toBeVisible();
  await look(dora, "key-leaving-take");
  const saving = dora.waitForEvent("download");
  await take.getByRole("button", { name: "Carry out" }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("default-export.tar");
  await expect(take.getByText(/^It holds 1 of \d+ versions of \d+ keys\.$/)).toBeVisible();
  await expect(take.getByRole("row", { name: /backups 1 The key is not exportable\./ })).toBeVisible();
  await look(dora, "key-leaving-taken");

  const clear = await unwrapped(world, download, secret, "left");
  const found = readdirSync(clear, { recursive: true, encoding: "utf8" });
  const material = found.find((path) => path.includes(key.id) && path.endsWith("1.bin"));
  const args = ["--file", join(clear, material ?? ""), "--format", "raw"];
  const proof = await world.cli<Key>("key", "import", "leaves-proof", ...args);
  expect(proof.versions[0]?.fingerprint).toBe(key.versions[0]?.fingerprint);
  await take.getByRole("button", { name: "Close", exact: true }).click();

  await expect(dora.getByRole("radio", { name: "Select default" })).toHaveCount(0);
  // What was shown to her before is taken meanwhile.
  await late.getByRole("button", { name: "Carry out" }).click();
  await expect(late.getByText("export.not-prepared")).toBeVisible();
  expect(await world.cli("key", "preparations")).toEqual([]);
});

test("where a rule asks for it a third person consents before everything of a group is taken", async ({
  page,
  stranger,
  world,
}) => {
  test.slow();
  const { pem, secret, sha256 } = keyPair();
  await world.cli("key", "create", "leaves-by-the-rule", "--exportable");
  const publicKey = join(world.folder, "rule.pem");
  writeFileSync(publicKey, pem);
  const args = ["--public-key", publicKey, "--reason", "leaving by the rule"];
  await world.cli("key", "export", "prepare", "default", ...args);
  const carol = await come(await stranger(), "carol");
  const rule = [
    "export",
    "--approvers",
    "1",
    "--group",
    "default",
    "--yes",
    "--ask",
    "nothing leaves unseen",
  ];
  await expect(world.cli("approval-rule", "set", ...rule)).rejects.toThrow();
  await approve(carol);
  await page.goto("/approvals");
  await page
    .getByRole("row", { name: /nothing leaves unseen/ })
    .getByRole("link")
    .click();
  await page.getByRole("button", { name: "Carry out" }).click();
  const setting = page.getByRole("dialog", { name: /^Carry out: / });
  await setting.getByRole("button", { name: "Carry out" }).click();
  await expect(setting.getByText("Done", { exact: true })).toBeVisible();

  const dora = await come(await stranger(), "dora");
  await select(dora);
  const take = dora.getByRole("dialog", { name: "Take everything of default" });
  await take.getByLabel("Expected SHA-256 of the public key").fill(sha256);
  await take.getByRole("button", { name: "Preview" }).click();
  await take.getByRole("button", { name: "Carry out" }).click();
  await take.getByLabel("Reason").fill("we leave");
  await take.getByRole("button", { name: "Ask for approval" }).click();
  await take.getByRole("link", { name: "Open the request" }).click();
  await approve(carol);
  await expect(dora.getByText("Ready to be carried out")).toBeVisible();
  await dora.getByRole("button", { name: "Carry out" }).click();
  const run = dora.getByRole("dialog", { name: /^Carry out: / });
  const saving = dora.waitForEvent("download");
  await run.getByRole("button", { name: "Carry out" }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe("default-export.tar");
  await expect(run.getByText(/^It holds \d+ of \d+ versions/)).toBeVisible();
  await look(dora, "approval-export");
  const clear = await unwrapped(world, download, secret, "ruled");
  expect(readdirSync(clear, { recursive: true, encoding: "utf8" }).join()).toContain("1.bin");
  const manifest = readFileSync(join(world.folder, "ruled/manifest.json"), "utf8");
  expect(manifest).toContain("leaving by the rule");
});
