import { expect, look, test, type World } from "./world";

interface Shown {
  id: string;
  arn: string;
  policy: string;
  access: { users: string[]; administrators: string[]; administrators_may_delete: boolean };
  places: { policy: string }[];
}

const APP = "arn:aws:iam::111122223333:role/payments-app";
const ALICE = "arn:aws:iam::111122223333:user/alice";
const show = (world: World, name: string) => world.cli<Shown>("kms-key", "show", name);

test("the key policy is edited: what is wrong is refused with the reason, what is right goes to AWS", async ({
  page,
  world,
}) => {
  await world.kmsKey("ruled");
  const { id, policy } = await show(world, "ruled");
  await page.goto(`/kms-keys/${id}/policy`);
  const editor = page.getByLabel("Key policy as JSON");
  await expect(editor).toHaveValue(/Enable IAM User Permissions/);
  const check = page.getByRole("button", { name: "Check and preview" });
  await expect(check).toBeDisabled();

  await editor.fill(`{ "Version": `);
  await expect(page.getByText(/This is no JSON/)).toBeVisible();
  await expect(check).toBeDisabled();
  await editor.fill(`{ "Version": "2012-10-17", "Statement": [] }`);
  await check.click();
  const dialog = page.getByRole("dialog", { name: "Change the key policy of ruled" });
  await expect(dialog.getByText("kms-key.bad-policy")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toHaveCount(0);
  await look(page, "kms-key-policy-refused");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  // Nobody could change it any more, Keyferry included.
  const alone = { Effect: "Allow", Principal: { AWS: APP }, Action: "kms:Decrypt", Resource: "*" };
  await editor.fill(JSON.stringify({ Version: "2012-10-17", Statement: [alone] }));
  await check.click();
  await expect(dialog.getByText("plan.policy-locks-us-out")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toHaveCount(0);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(editor).toHaveValue(/Enable IAM User Permissions/);
  await expect(check).toBeDisabled();

  const right = JSON.parse(policy) as { Statement: object[] };
  right.Statement.push({
    Sid: "Reporting",
    Effect: "Allow",
    Principal: { AWS: APP },
    Action: "kms:DescribeKey",
    Resource: "*",
  });
  await editor.fill(JSON.stringify(right));
  await page.getByRole("button", { name: "Format" }).click();
  await expect(editor).toHaveValue(/\n {6}"Sid": "Reporting"/);
  await look(page, "kms-key-policy");
  await check.click();
  await expect(dialog.getByText("PutKeyPolicy").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(check).toBeDisabled();
  expect((await show(world, "ruled")).places[0]?.policy).toContain("Reporting");
});

test("key users and administrators are picked from the account, who may then delete the key", async ({
  page,
  world,
}) => {
  await world.kmsKey("shared");
  const { id } = await show(world, "shared");
  await page.goto(`/kms-keys/${id}/policy`);
  await page.getByRole("button", { name: "Change access" }).click();
  const dialog = page.getByRole("dialog", { name: "Change who may use shared" });
  await dialog.getByRole("button", { name: "Key users" }).click();
  await page.getByRole("option", { name: APP }).click();
  await page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Key administrators" }).click();
  await page.getByRole("option", { name: ALICE }).click();
  await page.keyboard.press("Escape");
  await dialog.getByLabel("Administrators may delete this KMS key").click();
  await dialog.getByLabel("Other accounts").fill("12345");
  await expect(dialog.getByText("An account id has 12 digits.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByLabel("Other accounts").fill("444455556666");
  await look(page, "kms-key-access");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("PutKeyPolicy").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText(APP).first()).toBeVisible();
  expect((await show(world, "shared")).access).toEqual({
    users: [APP],
    administrators: [ALICE],
    administrators_may_delete: true,
    other_accounts: ["arn:aws:iam::444455556666:root"],
  });
});
