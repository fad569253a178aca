import { awsKms } from "./aws";
import { expect, look, test, type World } from "./world";

interface Grant {
  grantee: string;
  operations: string[];
  encryption_context_subset?: Record<string, string>;
}

const APP = "arn:aws:iam::111122223333:role/payments-app";
const grants = async (world: World, name: string) =>
  (await world.cli<{ items: Grant[] }>("kms-key", "grants", name)).items;

test("a grant is given to a role, bound to a context", async ({ page, world }) => {
  await world.kmsKey("granted");
  const { id } = await world.cli<{ id: string }>("kms-key", "show", "granted");
  await page.goto(`/kms-keys/${id}/grants`);
  await expect(page.getByText("No grants")).toBeVisible();
  await page.getByRole("button", { name: "Create grant" }).click();
  const giving = page.getByRole("dialog", { name: "Create a grant on granted" });
  await giving.getByLabel("Grantee").fill("payments-app");
  await page.keyboard.press("Escape");
  await expect(giving.getByText("An ARN begins with arn:")).toBeVisible();
  await expect(giving.getByRole("button", { name: "Preview" })).toBeDisabled();
  await giving.getByLabel("Grantee").fill(APP);
  await page.getByRole("option", { name: APP }).last().click();
  await giving.getByRole("button", { name: "Operations" }).click();
  await page.getByRole("option", { name: "Decrypt" }).click();
  await page.getByRole("option", { name: "DescribeKey" }).click();
  await page.keyboard.press("Escape");
  await giving.getByLabel("At least these pairs").check();
  await giving.getByRole("textbox", { name: "Key", exact: true }).fill("tenant");
  await giving.getByRole("textbox", { name: "Value", exact: true }).fill("acme");
  await look(page, "kms-key-create-grant");
  await giving.getByRole("button", { name: "Preview" }).click();
  await expect(giving.getByText("CreateGrant").first()).toBeVisible();
  await giving.getByRole("button", { name: "Carry out" }).click();
  await expect(giving.getByText("Succeeded").first()).toBeVisible();
  await giving.getByRole("button", { name: "Close" }).last().click();
  const row = page.getByRole("row", { name: new RegExp(APP) });
  await expect(row.getByText("including tenant=acme")).toBeVisible();
  await look(page, "kms-key-grants");
  expect(await grants(world, "granted")).toMatchObject([
    { grantee: APP, operations: ["Decrypt", "DescribeKey"], encryption_context_subset: { tenant: "acme" } },
  ]);
});

test("a grant that somebody gave in AWS is seen, and taken back", async ({ page, world }) => {
  await world.kmsKey("lent");
  const { id, arn } = await world.cli<{ id: string; arn: string }>("kms-key", "show", "lent");
  await awsKms(world, "CreateGrant", { KeyId: arn, GranteePrincipal: APP, Operations: ["Encrypt"] });
  await page.goto(`/kms-keys/${id}/grants`);
  const row = page.getByRole("row", { name: new RegExp(APP) });
  await expect(page.getByRole("button", { name: "Revoke", exact: true })).toBeDisabled();
  await row.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke a grant on lent" });
  await expect(dialog.getByText("RevokeGrant").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText("No grants")).toBeVisible();
  expect(await grants(world, "lent")).toEqual([]);
});
