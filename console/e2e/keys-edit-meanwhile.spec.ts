import { act, keyPage } from "./keys";
import { start } from "./steps";
import { expect, test } from "./world";

test("what somebody changed while a key was edited is not overwritten; opened anew, it can be saved", async ({
  page,
  world,
}) => {
  const name = "journey-edited-by-two";
  await world.cli("key", "create", name);
  await keyPage(page, world, name);
  await act(page, "Edit");
  const dialog = page.getByRole("dialog", { name: `Edit ${name}` });
  await dialog.getByLabel("Description").fill("of this person");
  await world.cli("key", "update", name, "--description", "of somebody else");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("request.changed")).toBeVisible();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await world.cli("key", "show", name)).toMatchObject({ description: "of somebody else" });

  await expect(page.getByText("of somebody else")).toBeVisible();
  await act(page, "Edit");
  await expect(dialog.getByLabel("Description")).toHaveValue("of somebody else");
  await dialog.getByLabel("Description").fill("of both");
  await start(dialog);
  await expect(dialog.getByText("Done", { exact: true })).toBeVisible();
  expect(await world.cli("key", "show", name)).toMatchObject({ description: "of both" });
});
