import { awsKms } from "./aws";
import { carryThrough } from "./steps";
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
  await giving.getByRole("button", { name: "Close", exact: true }).click();
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
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("No grants")).toBeVisible();
  expect(await grants(world, "lent")).toEqual([]);
});

test("what makes no grant is refused; several grants are retired, several revoked, and all by the typed name", async ({
  page,
  world,
}) => {
  await world.kmsKey("lent-out");
  const { id, arn } = await world.cli<{ id: string; arn: string }>("kms-key", "show", "lent-out");
  const give = (names: string[]) =>
    Promise.all(
      names.map((Name) =>
        awsKms(world, "CreateGrant", { KeyId: arn, GranteePrincipal: APP, Operations: ["Encrypt"], Name }),
      ),
    );
  await give(["ret-1", "ret-2", "rev-1", "rev-2", "left-1", "left-2"]);
  await page.goto(`/kms-keys/${id}/grants`);
  await page.getByRole("button", { name: "Create grant" }).click();
  const giving = page.getByRole("dialog", { name: "Create a grant on lent-out" });
  await giving.getByLabel("Grantee").fill("arn:aws:iam::111122223333:role/nobody");
  await page.keyboard.press("Escape");
  await giving.getByRole("button", { name: "Operations" }).click();
  await page.getByRole("option", { name: "Decrypt" }).click();
  await page.keyboard.press("Escape");
  await giving.getByLabel("At least these pairs").check();
  await giving.getByLabel(/^Name/).fill("not a name");
  await giving.getByLabel(/^Retiring principal/).fill("somebody");
  await page.keyboard.press("Escape");
  await expect(giving.getByText("An ARN begins with arn:")).toBeVisible();
  await expect(giving.getByRole("button", { name: "Preview" })).toBeDisabled();
  await giving.getByLabel(/^Retiring principal/).fill("");
  await giving.getByRole("button", { name: "Preview" }).click();
  await expect(giving.getByRole("alert").filter({ hasText: "kms-key.bad-grant" })).toBeVisible();
  await look(page, "kms-key-create-grant-refused");
  await giving.getByRole("button", { name: "Cancel" }).click();

  for (const [operation, title, step, ...names] of [
    ["Retire", /Retire 2 grants/, "RetireGrant", "ret-1", "ret-2"],
    ["Revoke", /Revoke 2 grants/, "RevokeGrant", "rev-1", "rev-2"],
  ] as const) {
    for (const name of names)
      await page.getByRole("checkbox", { name: new RegExp(`Select ${name}`) }).check();
    await page.getByRole("button", { name: operation, exact: true }).click();
    const dialog = page.getByRole("dialog", { name: title });
    await expect(dialog.getByText(step).first()).toBeVisible();
    await carryThrough(dialog);
    for (const name of names)
      await expect(page.getByRole("checkbox", { name: new RegExp(`Select ${name}`) })).toHaveCount(0);
  }
  expect(await grants(world, "lent-out")).toHaveLength(2);
  await page.getByRole("button", { name: "Revoke all" }).click();
  const all = page.getByRole("dialog", { name: /lent-out/ });
  await all.getByLabel("To confirm, type lent-out").fill("lent-ou");
  await expect(all.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await all.getByLabel("To confirm, type lent-out").fill("lent-out");
  await look(page, "kms-key-revoke-all");
  await carryThrough(all);
  await expect(page.getByText("No grants")).toBeVisible();
  expect(await grants(world, "lent-out")).toEqual([]);
});
