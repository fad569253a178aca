import { expect, look, test, type World } from "./world";

interface Shown {
  id: string;
  tags: Record<string, string>;
  aliases: string[];
  places: { tags: Record<string, string>; aliases: string[] }[];
}

const show = (world: World, name: string) => world.cli<Shown>("kms-key", "show", name);

test("tags are changed, added and removed, and AWS has them", async ({ page, world }) => {
  await world.kmsKey("tagged", "--tag", "stage=test", "--tag", "owner=ann");
  const { id } = await show(world, "tagged");
  await page.goto(`/kms-keys/${id}/tags`);
  await expect(page.getByRole("button", { name: "Preview changes" })).toBeDisabled();
  await page.getByRole("button", { name: "Remove owner" }).click();
  await page.getByRole("button", { name: "Add new tag" }).click();
  await page.getByRole("combobox", { name: "Key" }).last().fill("aws:bad");
  await expect(page.getByText(/cannot start with aws/i)).toBeVisible();
  await expect(page.getByRole("button", { name: "Preview changes" })).toBeDisabled();
  await page.getByRole("combobox", { name: "Key" }).last().fill("cost-centre");
  await page.getByRole("combobox", { name: "Value" }).last().fill("4711");
  await look(page, "kms-key-tags");
  await page.getByRole("button", { name: "Preview changes" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the tags of tagged" });
  await expect(dialog.getByText("UntagResource").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("button", { name: "Remove cost-centre" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Preview changes" })).toBeDisabled();
  const { tags, places } = await show(world, "tagged");
  expect(tags).toEqual({ stage: "test", team: "payments", "cost-centre": "4711" });
  expect(places[0]?.tags).toMatchObject(tags);
  expect(places[0]?.tags).not.toHaveProperty("owner");
});

test("an alias is added, with a wrong name first, and another one removed", async ({ page, world }) => {
  await world.kmsKey("renamed", "--alias", "renamed-before");
  const { id } = await show(world, "renamed");
  await page.goto(`/kms-keys/${id}/aliases`);
  await page.getByRole("button", { name: "Add alias" }).click();
  const adding = page.getByRole("dialog", { name: "Add an alias to renamed" });
  await adding.getByLabel("Alias").fill("not an alias");
  await expect(adding.getByText("Letters, digits, and / _ - only; not aws/.")).toBeVisible();
  await expect(adding.getByRole("button", { name: "Preview" })).toBeDisabled();
  await adding.getByLabel("Alias").fill("renamed-now");
  await adding.getByRole("button", { name: "Preview" }).click();
  await expect(adding.getByText("CreateAlias").first()).toBeVisible();
  await adding.getByRole("button", { name: "Carry out" }).click();
  await expect(adding.getByText("Succeeded").first()).toBeVisible();
  await adding.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("rowheader", { name: "alias/renamed-now" })).toBeVisible();
  await look(page, "kms-key-aliases");

  await page.getByRole("checkbox", { name: "Select alias/renamed-before" }).check();
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  const removing = page.getByRole("dialog", { name: "Remove alias/renamed-before" });
  await expect(removing.getByText("DeleteAlias").first()).toBeVisible();
  await removing.getByRole("button", { name: "Carry out" }).click();
  await expect(removing.getByText("Succeeded").first()).toBeVisible();
  await removing.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("rowheader", { name: "alias/renamed-before" })).toHaveCount(0);
  const { aliases, places } = await show(world, "renamed");
  expect(aliases).toEqual(["alias/renamed-now"]);
  expect(places[0]?.aliases).toEqual(["alias/renamed-now"]);
});
