import { expect, look, test } from "./world";

test("a crypto policy refuses a spec, tells which keys are outside of it, and is removed again", async ({
  page,
  world,
}) => {
  await page.goto("/settings/crypto-policies");
  await expect(page.getByText("No crypto policy yet")).toBeVisible();
  await look(page, "settings-crypto-empty");
  await page.getByRole("button", { name: "Set policy" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /Specs that may be made/ }).click();
  await page.getByRole("option", { name: "AES-256" }).click();
  await page.getByRole("option", { name: "RSA-4096" }).click();
  await page.keyboard.press("Escape");
  await look(page, "settings-crypto-set");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/\d+ keys? and \d+ KMS keys? are outside of it/)).toBeVisible();
  await dialog.getByRole("button", { name: "Keys outside of it" }).click();
  await expect(dialog.getByRole("row", { name: /webhooks key default HMAC-512 specs/ })).toBeVisible();
  await look(page, "settings-crypto-preview");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /Installation AES-256, RSA-4096/ })).toBeVisible();
  await look(page, "settings-crypto");
  await expect(world.cli("key", "create", "refused-by-policy", "--spec", "HMAC-256")).rejects.toThrow(
    /crypto-policy\.refused/,
  );
  await expect(world.cli("key", "create", "permitted-by-policy", "--spec", "AES-256")).resolves.toBeTruthy();

  await page.getByRole("radio", { name: "Select Installation" }).check();
  await page.getByRole("button", { name: "Remove policy" }).click();
  const removal = page.getByRole("dialog", { name: "Remove the crypto policy of Installation" });
  await expect(removal.getByText("No key is outside of it.")).toBeVisible();
  await removal.getByLabel("To confirm, type Installation").fill("Installation");
  await removal.getByRole("button", { name: "Carry out" }).click();
  await removal.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("No crypto policy yet")).toBeVisible();
  await expect(world.cli("key", "create", "permitted-again", "--spec", "HMAC-256")).resolves.toBeTruthy();
});
