import { randomBytes } from "node:crypto";

import { foreignKey } from "./aws";
import { choose, next } from "./steps";
import { finish, named, toFileUpload, toUpload, type Key, type Shown } from "./upload";
import { expect, look, test } from "./world";

interface Ruled extends Shown {
  usage: string;
  arn: string;
  policy: string;
  keystore_name: string;
  places: { policy: string }[];
}

const APP = "arn:aws:iam::111122223333:role/payments-app";

test("a KMS key is made with a policy of one's own and another usage, once wrong policies were told", async ({
  page,
  world,
}) => {
  await world.kmsKey("policy-sample");
  const sample = JSON.parse((await world.cli<Ruled>("kms-key", "show", "policy-sample")).policy) as {
    Statement: object[];
  };
  await toUpload(page);
  await choose(page, "Keystore", "payments");
  await page.getByLabel("Name", { exact: true }).fill("wizard-ruled");
  await expect(page.getByRole("button", { name: /^Key usage/ })).toHaveCount(0);
  await choose(page, "Spec", "RSA-2048");
  await choose(page, "Key usage", "Sign and verify");
  await page.getByRole("button", { name: "Access" }).click();
  await page.getByRole("radio", { name: "What a key policy of your own says" }).check();
  await next(page);
  await expect(page.getByText("This is needed.")).toBeVisible();
  const editor = page.getByLabel("Key policy as JSON");
  await editor.fill(`{ "Version": `);
  await expect(page.getByText(/This is no JSON/)).toBeVisible();
  await next(page);
  await expect(
    page.getByText("Missing above, or not as it can be: Key policy.", { exact: true }),
  ).toBeVisible();
  await editor.fill(`{ "Version": "2012-10-17", "Statement": [] }`);
  await next(page);
  await expect(page.getByText("kms-key.bad-policy")).toBeVisible();
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByRole("button", { name: "Access" }).click();

  const statement = { Sid: "Reporting", Effect: "Allow", Action: "kms:DescribeKey", Resource: "*" };
  sample.Statement.push({ ...statement, Principal: { AWS: APP } });
  await page.locator('input[type="file"]').setInputFiles(named("policy.json", JSON.stringify(sample)));
  await expect(editor).toHaveValue(/"Sid": "Reporting"/);
  await look(page, "upload-policy");
  await next(page);
  await expect(page.getByText("Sign and verify")).toBeVisible();
  await page.getByRole("button", { name: /^Of your own, \d+ bytes$/ }).click();
  await expect(page.getByText(/"Sid": "Reporting"/)).toBeVisible();
  await look(page, "upload-policy-summary");
  await finish(page);
  const made = await world.cli<Ruled>("kms-key", "show", "wizard-ruled");
  expect(made.usage).toBe("SIGN_VERIFY");
  expect(made.places[0]?.policy).toContain("Reporting");
});

test("the key of a file may do what was said and leave, which another kind of key could not", async ({
  page,
  world,
}) => {
  await toFileUpload(page, "wizard-permits");
  await page.locator('input[type="file"]').setInputFiles(named("key.bin", randomBytes(32)));
  await choose(page, "Permitted operations", "encrypt", "sign");
  await page.getByRole("checkbox", { name: "Exportable" }).check();
  await page.getByLabel("Active versions at most").fill("3");
  await next(page);
  await expect(page.getByText("encrypt, sign")).toBeVisible();
  await expect(page.getByRole("alert").getByText("key.operation-not-for-spec")).toBeVisible();
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByRole("button", { name: "Remove sign" }).click();
  await look(page, "upload-file-permits");
  await next(page);
  await finish(page);
  const key = await world.cli<Key>("key", "show", "wizard-permits");
  expect(key).toMatchObject({ exportable: true, permitted_operations: ["encrypt"], active_versions_max: 3 });
});

test("a file fills an empty KMS key that somebody made in AWS, and no other one", async ({ page, world }) => {
  const empty = await foreignKey(world, "wizard-empty", "EXTERNAL");
  await foreignKey(world, "wizard-full", "AWS_KMS");
  await toUpload(page);
  await page.getByRole("radio", { name: "A key file" }).check();
  await page.getByRole("radio", { name: "An empty KMS key that is in AWS already" }).check();
  await choose(page, "Keystore", "payments");
  await page.getByLabel("Name", { exact: true }).fill("wizard-fills");
  await expect(page.getByLabel("Aliases", { exact: true })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Tags", exact: true })).toHaveCount(0);
  await page.locator('input[type="file"]').setInputFiles(named("key.bin", randomBytes(32)));
  await next(page);
  await expect(page.getByText("This is needed.")).toBeVisible();
  await page.getByLabel("Empty KMS key", { exact: true }).fill("alias/wizard-full");
  await next(page);
  await expect(page.getByRole("button", { name: "Upload", exact: true })).toBeVisible();
  await expect(page.getByRole("alert").getByText("kms-key.origin-aws")).toBeVisible();
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByLabel("Empty KMS key", { exact: true }).fill("alias/wizard-empty");
  await look(page, "upload-file-into");
  await next(page);
  await expect(page.getByText("ImportKeyMaterial").first()).toBeVisible();
  await expect(page.getByText("CreateKey")).toHaveCount(0);
  await finish(page);
  await page.getByRole("button", { name: "Open the KMS key" }).click();
  await expect(page).toHaveURL(/\/kms-keys\/[0-9a-f-]{36}$/);
  const filled = await world.cli<Ruled>("kms-key", "show", empty);
  expect(filled).toMatchObject({ key_state: "Enabled", source: { key_name: "wizard-fills" } });
});

test("a key of the vault goes into keystores of several accounts in one go, where it may leave at all", async ({
  page,
  world,
}) => {
  await world.cli("key", "create", "wizard-stays");
  const { id } = await world.cli<Key>("key", "create", "wizard-spreads", "--exportable");
  await toUpload(page);
  await page.getByRole("radio", { name: "A key in the vault" }).check();
  await page.getByRole("button", { name: /^Key Choose a key/ }).click();
  await page.getByRole("option", { name: /^wizard-stays/ }).click();
  await expect(page.getByText("Only exportable keys go into several keystores in one go.")).toBeVisible();
  await page.goto(`/kms-keys/upload?key=${id}`);
  await choose(page, "Keystore", "payments");
  await choose(page, "Further keystores", "signing", "staging");
  await page.getByLabel("Description", { exact: true }).fill("One key in three places");
  await look(page, "upload-several");
  await next(page);
  await expect(page.getByText("CreateKey").first()).toBeVisible();
  for (const label of ["Regions", "Tags"])
    await expect(page.getByText(`${label}, of payments only`, { exact: true })).toBeVisible();
  await look(page, "upload-several-summary");
  await finish(page);
  await expect(page.getByRole("link", { name: /^wizard-spreads_copy\d$/ })).toHaveCount(3);
  const { copies } = await world.cli<Key>("key", "show", "wizard-spreads");
  expect(copies.map(({ into }) => into).sort()).toEqual(["payments", "signing", "staging"]);
  const second = await world.cli<Ruled>("kms-key", "show", copies[1]?.name ?? "");
  expect(second).toMatchObject({ description: "One key in three places" });
});
