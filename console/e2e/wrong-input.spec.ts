// What is typed wrong is told where it was typed, or in the dialog with what to do, and nothing is made of it.
import { act, keyPage } from "./keys";
import { choose } from "./steps";
import { expect, look, test } from "./world";

// Each goes through several dialogs.
test.slow();

interface Named {
  name: string;
}

test("a wrong number of versions, a name that is taken and an unknown period are told in the dialogs of keys", async ({
  page,
  world,
}) => {
  await world.cli("key", "create", "taken-name", "--exportable");
  await page.goto("/keys");
  await page.getByRole("button", { name: "Create key" }).first().click();
  const creating = page.getByRole("dialog", { name: "Create key" });
  await expect(creating.getByRole("button", { name: "Preview" })).toBeDisabled();
  await creating.getByLabel("Name").fill("taken-name");
  await creating.getByLabel("Active versions at most").fill("0");
  await expect(creating.getByText("Give a whole number of 1 or more.")).toBeVisible();
  await expect(creating.getByRole("button", { name: "Preview" })).toBeDisabled();
  await look(page, "wrong-key-versions");
  await creating.getByLabel("Active versions at most").fill("5");
  await creating.getByRole("button", { name: "Preview" }).click();
  await expect(creating.getByText(/there already is a key with this name/)).toBeVisible();
  await expect(creating.getByRole("button", { name: "Carry out" })).toHaveCount(0);
  await look(page, "wrong-key-name");
  await creating.getByRole("button", { name: "Cancel" }).click();

  await keyPage(page, world, "taken-name");
  await page.getByRole("tab", { name: "Rotation policy" }).click();
  await page.getByRole("button", { name: "Set rotation policy" }).click();
  const policy = page.getByRole("dialog", { name: "Rotation policy of taken-name" });
  await choose(page, "Every", "Another period");
  await policy.getByRole("textbox", { name: "Another period" }).fill("often");
  await expect(policy.getByRole("button", { name: "Preview" })).toBeDisabled();
  await policy.getByRole("button", { name: "Cancel" }).click();

  await act(page, "Edit");
  const editing = page.getByRole("dialog", { name: /taken-name/ });
  await editing.getByLabel("Name", { exact: true }).fill("webhooks");
  await editing.getByRole("button", { name: "Preview" }).click();
  await expect(editing.getByText(/there already is a key with this name/)).toBeVisible();
  await editing.getByRole("button", { name: "Cancel" }).click();
  const all = await world.cli<Named[]>("key", "list");
  expect(all.filter(({ name }) => name === "webhooks")).toHaveLength(1);
  expect(all.filter(({ name }) => name === "taken-name")).toHaveLength(1);
});

test("names of people, groups and roles that are taken or make no sense are refused with a reason", async ({
  page,
  world,
}) => {
  for (const [path, button, name, reason] of [
    ["/users", "Create user", "admin", /already/],
    ["/groups", "Create group", "default", /already/],
  ] as const) {
    await page.goto(path);
    await page.getByRole("button", { name: button }).first().click();
    const dialog = page.getByRole("dialog", { name: button });
    await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
    await dialog
      .getByLabel(/^(Name|User name)$/)
      .first()
      .fill(name);
    await dialog.getByRole("button", { name: "Preview" }).click();
    await expect(dialog.getByRole("group").getByText(reason).first()).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Carry out" })).toHaveCount(0);
    await dialog.getByRole("button", { name: "Cancel" }).click();
  }
  await page.goto("/roles");
  await page.getByRole("button", { name: "Create role" }).click();
  const role = page.getByRole("dialog", { name: "Create role" });
  await role.getByLabel("Name", { exact: true }).fill("does-nothing");
  await expect(role.getByRole("button", { name: "Preview" })).toBeDisabled();
  await look(page, "wrong-role");
  await role.getByRole("button", { name: "Cancel" }).click();
  const roles = await world.cli<Named[]>("role", "list");
  expect(roles.map(({ name }) => name)).not.toContain("does-nothing");
});
