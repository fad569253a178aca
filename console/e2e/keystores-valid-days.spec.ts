import { carryOut, choose, close, next } from "./steps";
import { finish, toUpload } from "./upload";
import { expect, look, test } from "./world";

test("a keystore holds material for so many days, its KMS keys say so, and an end takes their place", async ({
  page,
  world,
}) => {
  await world.cli("keystore", "create", "held", "--connection", "production", "--region", "eu-central-1");
  await page.goto("/keystores");
  await page.getByRole("link", { name: "held", exact: true }).click();
  await page.getByRole("tab", { name: "Template and policies" }).click();
  await page.getByRole("button", { name: "Edit template" }).click();
  const dialog = page.getByRole("dialog", { name: "Template of held" });
  const days = dialog.getByLabel("Or for how many days");
  const preview = dialog.getByRole("button", { name: "Preview" });
  for (const wrong of ["0", "36526", "a year"]) {
    await days.fill("90");
    await expect(preview).toBeEnabled();
    await days.fill(wrong);
    await expect(dialog.getByText("A whole number from 1 to 36525, or nothing.")).toBeVisible();
    await expect(preview).toBeDisabled();
  }
  await days.fill("90");
  const end = dialog.getByRole("textbox", { name: "Material stays until" });
  await end.fill("2040-01-01");
  await expect(dialog.getByText("Say a date above or days here, not both.")).toBeVisible();
  await look(page, "keystore-template-days-refused");
  await end.fill("");
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("90 days from when it is made or rotated")).toBeVisible();

  await toUpload(page);
  await choose(page, "Keystore", "held");
  await page.getByLabel("Name", { exact: true }).fill("held-key");
  await next(page);
  const said = "As the keystore's template says (90 days from when it is made or rotated)";
  await expect(page.getByText(said).first()).toBeVisible();
  await look(page, "upload-valid-days");
  await finish(page);
  await page.goto("/kms-keys");
  await page.getByRole("link", { name: "held-key", exact: true }).click();
  await expect(page.getByText("90 days, anew from each rotation")).toBeVisible();
  await look(page, "kms-key-valid-days");
  await world.cli("kms-key", "update", "held-key", "--expires", "2040-01-01T00:00:00Z");
  await page.reload();
  await expect(page.getByRole("heading", { name: "held-key", level: 1 })).toBeVisible();
  await expect(page.getByText("Expires", { exact: true })).toBeVisible();
  await expect(page.getByText("Material is held for")).toHaveCount(0);
});
