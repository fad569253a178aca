import { expect, look, signIn, test } from "./world";

test("whoever signs in sees the console, and nothing of it after signing out", async ({
  stranger,
  world,
}) => {
  const page = await stranger();
  await page.goto("/kms-keys");
  await look(page, "sign-in");
  await signIn(page, "admin", world.password);
  await expect(page.getByRole("heading", { name: "KMS keys" })).toBeVisible();
  await page.getByRole("button", { name: "admin" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("User name")).toBeVisible();
});

test("a wrong password is refused in words that tell nothing else", async ({ stranger }) => {
  const page = await stranger();
  await page.goto("/");
  await page.getByLabel("User name").fill("nobody-of-that-name");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByText("Name, password or code is wrong")).toBeVisible();
  await expect(page.getByLabel("User name")).toBeVisible();
});
