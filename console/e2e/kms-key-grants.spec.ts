import { expect, look, test, type World } from "./world";

interface Grant {
  grantee: string;
  operations: string[];
  encryption_context_subset?: Record<string, string>;
}

const APP = "arn:aws:iam::111122223333:role/payments-app";
const grants = async (world: World, name: string) =>
  (await world.cli<{ items: Grant[] }>("kms-key", "grants", name)).items;

test("a grant is given to a role, bound to a context, and taken back", async ({ page, world }) => {
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

  await row.getByRole("checkbox").check();
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  const revoking = page.getByRole("dialog", { name: "Revoke a grant on granted" });
  await expect(revoking.getByText("RevokeGrant").first()).toBeVisible();
  await revoking.getByRole("button", { name: "Carry out" }).click();
  await expect(revoking.getByText("Succeeded").first()).toBeVisible();
  await revoking.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText("No grants")).toBeVisible();
  expect(await grants(world, "granted")).toEqual([]);
});
