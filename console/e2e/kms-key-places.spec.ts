import { expect, look, test, type World } from "./world";

interface Shown {
  id: string;
  places: { region: string; primary: boolean; key_state: string; arn: string }[];
}

const show = (world: World, name: string) => world.cli<Shown>("kms-key", "show", name);

test("a multi-Region key is replicated, and its replica becomes the primary", async ({ page, world }) => {
  await world.kmsKey("travelling", "--multi-region");
  const { id } = await show(world, "travelling");
  await page.goto(`/kms-keys/${id}/places`);
  await expect(page.getByRole("row", { name: /eu-central-1 Primary Enabled/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Change primary" })).toBeDisabled();
  await page.getByRole("button", { name: "Replicate", exact: true }).click();
  const replicating = page.getByRole("dialog", { name: "Replicate travelling" });
  await expect(replicating.getByRole("button", { name: "Preview" })).toBeDisabled();
  await replicating.getByRole("button", { name: "Regions" }).click();
  await page.getByRole("option", { name: "us-east-1" }).click();
  await page.keyboard.press("Escape");
  await replicating.getByRole("button", { name: "Preview" }).click();
  await expect(replicating.getByText("ReplicateKey").first()).toBeVisible();
  await look(page, "kms-key-replicate");
  await replicating.getByRole("button", { name: "Carry out" }).click();
  await expect(replicating.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await replicating.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /us-east-1 Replica Enabled/ })).toBeVisible();
  await look(page, "kms-key-places");

  await page.getByRole("button", { name: "Change primary" }).click();
  const changing = page.getByRole("dialog", { name: "Change primary of travelling" });
  await changing.getByRole("button", { name: "New primary" }).click();
  await page.getByRole("option", { name: "us-east-1" }).click();
  await changing.getByRole("button", { name: "Preview" }).click();
  await expect(changing.getByText("UpdatePrimaryRegion").first()).toBeVisible();
  await changing.getByRole("button", { name: "Carry out" }).click();
  await expect(changing.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await changing.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /us-east-1 Primary Enabled/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /eu-central-1 Replica Enabled/ })).toBeVisible();
  const { places } = await show(world, "travelling");
  expect(places.find(({ primary }) => primary)?.region).toBe("us-east-1");
});

test("a single-Region key says why it cannot be replicated", async ({ page, world }) => {
  await world.kmsKey("staying");
  const { id } = await show(world, "staying");
  await page.goto(`/kms-keys/${id}/places`);
  await expect(page.getByText("This is a single-Region key")).toBeVisible();
  await expect(page.getByRole("button", { name: "Replicate" })).toHaveCount(0);
});
