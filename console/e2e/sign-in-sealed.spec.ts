import { readFileSync } from "node:fs";
import { join } from "node:path";

import { codeOf } from "./access";
import { shownOnce, typeIn } from "./steps";
import { expect, look, signIn, test } from "./world";

// It goes through many pages.
test.slow();

test("whoever has a second factor opens the sealed vault at sign-in, and then signs in with a code", async ({
  ownWorld,
  visit,
}) => {
  const world = await ownWorld();
  const page = await visit(world);
  await page.goto("/me");
  await signIn(page, "admin", world.password);
  await page.getByRole("button", { name: "Set up" }).click();
  const dialog = page.getByRole("dialog", { name: "Set up" });
  await dialog.getByLabel("Your password").fill(world.password);
  await dialog.getByRole("button", { name: "Next" }).click();
  const secret = await shownOnce(dialog, "Secret, to be typed into the authenticator");
  await dialog.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await dialog.getByRole("button", { name: "Sign in now" }).click();
  await expect(page.getByText("Your second factor is set up.")).toBeVisible();

  await world.cli("seal", "seal", "--yes");
  await typeIn(page, "admin", world.password);
  await expect(page.getByRole("heading", { name: "Open the vault" })).toBeVisible();
  await expect(page.getByText("This session can open the vault and nothing else")).toBeVisible();
  await look(page, "sign-in-sealed");
  const asked = await page.request.get("/api/v1/kms-keys");
  expect(asked.status()).toBe(403);

  await page.getByLabel("Passphrase").fill("not the passphrase");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await expect(page.getByText("no seal opens with this passphrase", { exact: true })).toBeVisible();
  await look(page, "sign-in-sealed-wrong");
  expect(await world.cli("seal", "status")).toMatchObject({ sealed: true });

  // Whoever cannot open it leaves.
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await typeIn(page, "admin", world.password);
  const passphrase = readFileSync(join(world.folder, "data", "passphrase"), "utf8").trim();
  await page.getByLabel("Passphrase").fill(passphrase);
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await expect(page.getByText("The vault is open. Sign in with a code of your second factor.")).toBeVisible();
  await look(page, "sign-in-opened");
  expect(await world.cli("seal", "status")).toMatchObject({ sealed: false });

  await typeIn(page, "admin", world.password);
  await page.getByLabel("Code of your second factor").fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("button", { name: "admin" })).toBeVisible();
  await expect(page.getByText("The vault is sealed", { exact: true })).toHaveCount(0);
});
