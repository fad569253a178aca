import { expect, look, test } from "./world";

test("a KMS key is disabled after its plan was looked at, and the list shows it", async ({ page, world }) => {
  await world.kmsKey("to-disable");
  await page.goto("/kms-keys");
  await look(page, "kms-keys");
  await page.getByRole("checkbox", { name: "Select to-disable" }).check();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  const dialog = page.getByRole("dialog", { name: "Disable to-disable" });
  await expect(dialog.getByText("DisableKey").first()).toBeVisible();
  await look(page, "operation-preview");
  await dialog.getByLabel("To confirm, type to-disable").fill("to-disable");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await look(page, "operation-done");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(
    page.getByRole("row", { name: /to-disable/ }).getByText("DISABLED", { exact: true }),
  ).toBeVisible();
});
