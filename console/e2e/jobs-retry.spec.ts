// Jobs that AWS refuses, until somebody removes the reason.
import { awsKms } from "./aws";
import { expect, look, test, type World } from "./world";

const ADMIN = "arn:aws:iam::111122223333:user/platform-admin";

interface Shown {
  id: string;
  arn: string;
  policy: string;
  key_state: string;
}

const show = (world: World, name: string) => world.cli<Shown>("kms-key", "show", name);

async function setPolicy(world: World, arn: string, policy: string): Promise<void> {
  await awsKms(world, "PutKeyPolicy", {
    ...{ KeyId: arn, PolicyName: "default", Policy: policy },
    BypassPolicyLockoutSafetyCheck: true,
  });
}

/** Somebody in the account shuts everybody out of a KMS key but himself. */
async function shutOut(world: World, arn: string): Promise<void> {
  const own = { Effect: "Allow", Principal: { AWS: ADMIN }, Action: "kms:*", Resource: "*" };
  await setPolicy(world, arn, JSON.stringify({ Version: "2012-10-17", Statement: [own] }));
}

test("a job that AWS refuses says who refuses what, gets stuck again while that is so, and is retried to its end", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-retry");
  const { id, arn, policy } = await show(world, "to-retry");
  await shutOut(world, arn);
  await page.goto(`/kms-keys/${id}`);
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Disable", exact: true }).click();
  const disabling = page.getByRole("dialog", { name: "Disable to-retry" });
  await disabling.getByLabel("To confirm, type to-retry").fill("to-retry");
  await disabling.getByRole("button", { name: "Carry out" }).click();
  await expect(disabling.getByText("Needs attention").first()).toBeVisible({ timeout: 60_000 });
  await look(page, "job-stuck-dialog");
  await disabling
    .getByRole("link", { name: /to-retry|job/i })
    .first()
    .click();
  await expect(page).toHaveURL(/\/jobs\/[0-9a-f-]+$/);
  const refusals = page.getByRole("row", { name: /^disable Refused to-retry .*AccessDenied/ });
  await expect(refusals.first()).toBeVisible();
  await look(page, "job-stuck");

  const retry = async () => {
    await page.getByRole("button", { name: "Retry", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: /^Retry: / });
    await expect(dialog.getByText("It gets stuck again unless the reason is gone.")).toBeVisible();
    await dialog.getByRole("button", { name: "Carry out" }).click();
    return dialog;
  };
  const before = await refusals.count();
  const inVain = await retry();
  await expect(inVain.getByText("Done", { exact: true })).toBeVisible();
  await inVain.getByRole("button", { name: "Close", exact: true }).click();
  await expect(refusals).toHaveCount(before + 1, { timeout: 60_000 });

  await setPolicy(world, arn, policy);
  const dialog = await retry();
  await expect(dialog.getByText("Done", { exact: true })).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("button", { name: "Retry", exact: true })).toBeDisabled();
  expect((await show(world, "to-retry")).key_state).toBe("Disabled");
});
