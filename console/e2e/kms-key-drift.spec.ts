import { awsKms } from "./aws";
import { expect, look, test, type World } from "./world";

interface Shown {
  id: string;
  arn: string;
  status: string;
  life: string;
  key_state: string;
}

const show = (world: World, name: string) => world.cli<Shown>("kms-key", "show", name);

test("what somebody changed in AWS shows as drift, with the plan that undoes it", async ({ page, world }) => {
  await world.kmsKey("drifting", "--alias", "drifting");
  const { id, arn } = await show(world, "drifting");
  await page.goto(`/kms-keys/${id}/plan`);
  await expect(page.getByText("AWS is as wanted")).toBeVisible();
  await awsKms(world, "DisableKey", { KeyId: arn });
  await awsKms(world, "TagResource", { KeyId: arn, Tags: [{ TagKey: "team", TagValue: "raiders" }] });
  await page.getByRole("button", { name: "Observe now" }).click();
  await expect(page.getByText(/^drifting was looked at in AWS:/)).toBeVisible();
  await expect(page.getByRole("row", { name: "Key state eu-central-1 Enabled Disabled" })).toBeVisible();
  await expect(page.getByRole("row", { name: "Tags eu-central-1 team=payments team=raiders" })).toBeVisible();
  await expect(page.getByText("AWS differs from what is wanted", { exact: true })).toBeVisible();
  await expect(page.getByRole("row", { name: /EnableKey/ })).toBeVisible();
  await look(page, "kms-key-drift");

  await page.getByRole("button", { name: "Synchronize" }).click();
  const dialog = page.getByRole("dialog", { name: "Synchronize drifting" });
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByRole("row", { name: /EnableKey/ })).toBeVisible();
  await look(page, "kms-key-synchronize");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("AWS is as wanted")).toBeVisible();
  expect((await show(world, "drifting")).key_state).toBe("Enabled");
});

test("material that was removed from AWS is restored from the top of the key's page", async ({
  page,
  world,
}) => {
  await world.kmsKey("emptied");
  await world.cli("kms-key", "remove-from-cloud", "emptied", "--yes");
  const { id } = await show(world, "emptied");
  await page.goto(`/kms-keys/${id}`);
  await expect(page.getByText("Key material is missing in AWS")).toBeVisible();
  await look(page, "kms-key-material-missing");
  await page.getByRole("button", { name: "Restore material" }).click();
  const dialog = page.getByRole("dialog", { name: "Restore the material of emptied" });
  await expect(dialog.getByText("ImportKeyMaterial").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Key material is missing in AWS")).toHaveCount(0);
  expect((await show(world, "emptied")).status).toBe("AVAILABLE");
});

test("material that somebody took away in AWS shows as missing, version by version", async ({
  page,
  world,
}) => {
  await world.kmsKey("plundered");
  const { id, arn } = await show(world, "plundered");
  await awsKms(world, "DeleteImportedKeyMaterial", { KeyId: arn });
  await world.cli("kms-key", "observe", "plundered");
  await page.goto(`/kms-keys/${id}/versions`);
  await expect(page.getByText("Key material is missing in AWS")).toBeVisible();
  await expect(page.getByRole("row", { name: /^1 Missing/ })).toBeVisible();
  await page.getByRole("tab", { name: "Drift" }).click();
  await expect(
    page.getByRole("row", { name: "Key material eu-central-1 version 1 not there" }),
  ).toBeVisible();
});

test("a scheduled deletion is cancelled from the top of the key's page, and its material kept", async ({
  page,
  world,
}) => {
  await world.kmsKey("leaving");
  const { id } = await show(world, "leaving");
  await world.cli("kms-key", "schedule-deletion", "leaving", "--days", "7", "--yes");
  await page.goto(`/kms-keys/${id}`);
  await expect(page.getByText(/AWS deletes this KMS key on/)).toBeVisible();
  await look(page, "kms-key-pending-deletion");
  await page.getByRole("button", { name: "Cancel deletion" }).click();
  const dialog = page.getByRole("dialog", { name: "Cancel deletion of leaving" });
  await dialog.getByRole("radio", { name: /Keep the material/ }).check();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("CancelKeyDeletion").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText(/AWS deletes this KMS key on/)).toHaveCount(0);
  expect(await show(world, "leaving")).toMatchObject({ life: "INACTIVE", status: "DISABLED" });
});
