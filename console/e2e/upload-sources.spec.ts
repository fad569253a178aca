import { constants, publicEncrypt, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { choose, next } from "./steps";
import { finish, named, toFileUpload, toUpload, type Key, type Shown } from "./upload";
import { expect, look, test, type World } from "./world";

/** The fingerprint that the vault gives some material. */
async function fingerprintOf(world: World, name: string, material: Buffer): Promise<string | undefined> {
  const file = join(world.folder, `${name}.bin`);
  writeFileSync(file, material);
  const key = await world.cli<Key>("key", "import", name, "--file", file, "--format", "raw");
  return key.versions[0]?.fingerprint;
}

test("a key of the vault is uploaded from its page", async ({ page, world }) => {
  const { id } = await world.cli<Key>("key", "create", "wizard-existing", "--spec", "HMAC-256");
  await page.goto(`/keys/${id}`);
  await page.getByRole("button", { name: "Upload to AWS" }).first().click();
  await expect(page).toHaveURL(`/kms-keys/upload?key=${id}`);
  await expect(page.getByRole("radio", { name: "A key in the vault" })).toBeChecked();
  await expect(page.getByRole("button", { name: /^Key wizard-existing/ })).toBeVisible();
  await choose(page, "Keystore", "signing");
  await look(page, "upload-existing");
  await next(page);
  await expect(page.getByText("HMAC-256")).toBeVisible();
  await finish(page);
  await page.getByRole("link", { name: "its key in the vault" }).click();
  await expect(page).toHaveURL(`/keys/${id}`);
  const shown = await world.cli<Shown>("kms-key", "show", "wizard-existing");
  expect(shown.source).toMatchObject({ kind: "Keyferry", key_name: "wizard-existing" });
});

test("a key file that does not fit is told, another one passes through, and no copy stays", async ({
  page,
  world,
}) => {
  await toFileUpload(page, "wizard-file");
  await next(page);
  await expect(page.getByText("Choose the file again")).toBeVisible();
  const chooser = page.locator('input[type="file"]');
  await chooser.setInputFiles(named("large.bin", Buffer.alloc(16 * 1024 + 1)));
  await expect(page.getByText("The file is larger than 16 KiB")).toBeVisible();
  await chooser.setInputFiles(named("short.bin", randomBytes(31)));
  await choose(page, "Format", "Raw");
  await page.getByRole("radio", { name: "Keep no copy" }).check();
  await look(page, "upload-file");
  await next(page);
  await expect(page.getByText("the file holds 31 bytes")).toBeVisible();
  await expect(page.getByText("key-file.wrong-length")).toBeVisible();
  await look(page, "upload-file-refused");
  await page.getByRole("button", { name: "Previous" }).click();
  await chooser.setInputFiles(named("key.hex", "not hexadecimal at all"));
  await choose(page, "Format", "Hex");
  await next(page);
  await expect(page.getByText(/key-file\./)).toBeVisible();
  await page.getByRole("button", { name: "Previous" }).click();
  await chooser.setInputFiles(named("key.hex", randomBytes(32).toString("hex")));
  await next(page);
  await expect(page.getByText("key.hex (64 bytes)")).toBeVisible();
  await finish(page);
  await page.getByRole("button", { name: "Upload another" }).click();
  await expect(page.getByRole("radio", { name: "A key file" })).toBeChecked();
  await page.getByLabel("Name", { exact: true }).fill("wizard-file-2");
  await next(page);
  await expect(page.getByText("Choose the file again")).toBeVisible();
  const kept = await world.cli<Key>("key", "show", "wizard-file");
  expect(kept.versions).toMatchObject([{ origin: "passed-through", state: "destroyed" }]);
  const shown = await world.cli<Shown>("kms-key", "show", "wizard-file");
  expect(shown).toMatchObject({ key_state: "Enabled" });
});

test("a file that is wrapped under a key of the vault is unwrapped there", async ({ page, world }) => {
  const args = ["--spec", "RSA-3072", "--permit", "wrap,unwrap-file"];
  const kek = await world.cli<Key>("key", "create", "wizard-kek", ...args);
  const material = randomBytes(32);
  const oaep = { key: kek.versions[0]?.public_key ?? "", padding: constants.RSA_PKCS1_OAEP_PADDING };
  const wrapped = publicEncrypt({ ...oaep, oaepHash: "sha256" }, material);
  await toFileUpload(page, "wizard-wrapped");
  await page.locator('input[type="file"]').setInputFiles(named("wrapped.b64", wrapped.toString("base64")));
  await choose(page, "Format", "Base64");
  await page.getByRole("checkbox", { name: "The key in the file is encrypted" }).check();
  await choose(page, "Key-encryption key", "wizard-kek");
  await choose(page, "Wrapped by", "RSA-OAEP with SHA-256");
  await look(page, "upload-file-wrapped");
  await next(page);
  await expect(page.getByText("wizard-kek")).toBeVisible();
  await finish(page);
  const { versions } = await world.cli<Key>("key", "show", "wizard-wrapped");
  expect(versions).toMatchObject([{ origin: "imported", state: "active" }]);
  expect(versions[0]?.fingerprint).toBe(await fingerprintOf(world, "wizard-wrapped-proof", material));
});

test("a KMS key is made whose material AWS makes", async ({ page, world }) => {
  await toUpload(page);
  await page.getByRole("radio", { name: "Generate in AWS" }).check();
  await page.getByLabel("Rotated by AWS every").fill("365");
  await choose(page, "Keystore", "payments");
  await page.getByLabel("Name", { exact: true }).fill("wizard-native");
  await page.getByLabel("Aliases", { exact: true }).fill("wizard-native");
  await expect(page.getByRole("button", { name: "Expiry" })).toBeHidden();
  await look(page, "upload-aws");
  await next(page);
  await expect(page.getByText("365 days", { exact: true })).toBeVisible();
  await expect(page.getByText("CreateKey").first()).toBeVisible();
  await expect(page.getByText("ImportKeyMaterial")).toHaveCount(0);
  await finish(page);
  const shown = await world.cli<Shown>("kms-key", "show", "wizard-native");
  expect(shown.source.kind).toBe("AWS");
  expect(shown.aliases).toEqual(["alias/wizard-native"]);
});
