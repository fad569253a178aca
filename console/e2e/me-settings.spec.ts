import { enter, PASSWORD, person } from "./others";
import { codeOf } from "./access";
import { carryOut, close, shownOnce, typeIn } from "./steps";
import { expect, look, signIn, test } from "./world";

// Each goes through many pages.
test.slow();

test("a second factor is set up, asked for at sign-in, gets recovery codes anew, and is removed", async ({
  stranger,
  world,
}) => {
  const page = await stranger();
  await person(world, "totty");
  await enter(page, "totty");
  await page.goto("/me");
  await look(page, "me");
  await page.getByRole("button", { name: "Set up" }).click();
  const dialog = page.getByRole("dialog", { name: "Set up" });
  await dialog.getByLabel("Your password").fill("not this one, surely");
  await dialog.getByRole("button", { name: "Next" }).click();
  await expect(dialog.getByText("access.not-confirmed")).toBeVisible();
  await dialog.getByLabel("Your password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Next" }).click();
  const secret = await shownOnce(dialog, "Secret, to be typed into the authenticator");
  await expect(dialog.getByText(`otpauth://totp/Keyferry:totty?secret=${secret}`)).toBeVisible();
  await look(page, "me-second-factor-secret");
  await dialog.getByLabel("Code", { exact: true }).fill("000000");
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog.getByText(/wrong/).first()).toBeVisible();
  await dialog.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog.getByText("Recovery codes", { exact: true })).toBeVisible();
  const recovery = ((await dialog.locator("pre").textContent()) ?? "").split("\n");
  expect(recovery).toHaveLength(10);
  await look(page, "me-recovery-codes");
  await dialog.getByRole("button", { name: "Sign in now" }).click();
  await expect(page.getByText("Your second factor is set up.")).toBeVisible();

  await typeIn(page, "totty", PASSWORD);
  await page.getByLabel("Code of your second factor").fill("123456");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Name, password or code is wrong")).toBeVisible();
  await look(page, "sign-in-code");
  // A code counts once, and half a minute early.
  await page.getByLabel("Code of your second factor").fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("button", { name: "totty" })).toBeVisible();

  await page.goto("/me");
  await page.getByRole("button", { name: "New recovery codes" }).click();
  const renewing = page.getByRole("dialog", { name: "New recovery codes" });
  await renewing.getByLabel("Code or recovery code").fill("000000");
  await renewing.getByRole("button", { name: "Carry out" }).click();
  await expect(renewing.getByText("access.not-confirmed")).toBeVisible();
  await renewing.getByLabel("Code or recovery code").fill(recovery[0] ?? "");
  await renewing.getByRole("button", { name: "Carry out" }).click();
  await expect(renewing.getByText("Recovery codes", { exact: true })).toBeVisible();
  const anew = ((await renewing.locator("pre").textContent()) ?? "").split("\n");
  expect(anew).toHaveLength(10);
  expect(anew.filter((code) => recovery.includes(code))).toEqual([]);
  await look(page, "me-recovery-codes-anew");
  await close(renewing);

  await page.getByRole("button", { name: "Remove", exact: true }).click();
  const removing = page.getByRole("dialog", { name: "Remove" });
  await removing.getByLabel("Your password").fill(PASSWORD);
  // Those from before count no more.
  await removing.getByLabel("Code or recovery code").fill(recovery[1] ?? "");
  await removing.getByRole("button", { name: "Carry out" }).click();
  await expect(removing.getByText("access.not-confirmed")).toBeVisible();
  await removing.getByLabel("Code or recovery code").fill(anew[0] ?? "");
  await removing.getByRole("button", { name: "Carry out" }).click();
  await expect(page.getByText("The second factor is removed. Sign in with your password.")).toBeVisible();
  const told = await world.cli<{ second_factor: boolean }>("user", "show", "totty");
  expect(told.second_factor).toBe(false);
});

test("a token is made and revoked, the password changed, and the other sessions ended", async ({
  stranger,
  world,
}) => {
  const page = await stranger();
  await person(world, "settler");
  await enter(page, "settler");
  await page.goto("/me");
  await page.getByRole("button", { name: "Create token" }).click();
  let dialog = page.getByRole("dialog", { name: "Create token" });
  await dialog.getByLabel("Name", { exact: true }).fill("nightly");
  await dialog.getByRole("textbox", { name: /^Ends/ }).fill("2020-01-01");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("request.invalid")).toBeVisible();
  await look(page, "me-token-refused");
  await dialog.getByRole("textbox", { name: /^Ends/ }).fill("");
  await carryOut(dialog);
  expect(await shownOnce(dialog, "Token")).toMatch(/^kfy_/);
  await look(page, "me-token");
  await close(dialog);
  await page.getByRole("radio", { name: "Select nightly" }).check();
  await page.getByRole("button", { name: "Revoke token" }).click();
  dialog = page.getByRole("dialog", { name: "Revoke token nightly" });
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByRole("row", { name: /nightly Good/ })).toBeHidden();

  const elsewhere = await stranger();
  await elsewhere.goto("/");
  await signIn(elsewhere, "settler", PASSWORD);
  const another = await stranger();
  await another.goto("/");
  await signIn(another, "settler", PASSWORD);
  await page.reload();
  await page.getByRole("button", { name: "End all others" }).click();
  dialog = page.getByRole("dialog", { name: "End all others" });
  await expect(dialog.getByText("2 other sessions end at once.")).toBeVisible();
  // One of them ends meanwhile: that keeps no other from ending.
  await another.getByRole("button", { name: "settler" }).click();
  await another.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(another.getByText("You are signed out.")).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "End all others" })).toBeDisabled();
  await elsewhere.reload();
  await expect(elsewhere.getByLabel("User name")).toBeVisible();

  await page.getByRole("button", { name: "Change password" }).click();
  dialog = page.getByRole("dialog", { name: "Change password" });
  await dialog.getByLabel("Current password").fill(PASSWORD);
  await dialog.getByLabel("New password", { exact: true }).fill("password1234");
  await dialog.getByLabel("New password again").fill("password12345");
  await expect(dialog.getByText("The two are not the same.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await dialog.getByLabel("New password again").fill("password1234");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText(/common|guess|tried first/).first()).toBeVisible();
  const next = `${PASSWORD} and back`;
  await dialog.getByLabel("New password", { exact: true }).fill(next);
  await dialog.getByLabel("New password again").fill(next);
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(page.getByText("Your password is changed.")).toBeVisible();
  await signIn(page, "settler", next);
});
