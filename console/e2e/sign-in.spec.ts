import { writeFileSync } from "node:fs";
import { join } from "node:path";

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

test("whoever chose dark has it over a light system too, and after signing out", async ({
  stranger,
  world,
}) => {
  const page = await stranger();
  await page.goto("/");
  await signIn(page, "admin", world.password);
  await page.getByRole("button", { name: "admin" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Dark mode" }).click();
  await page.getByRole("button", { name: "admin" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  // The system goes to dark and back to light meanwhile.
  await look(page, "sign-in-dark-chosen");
  await expect(page.locator("html")).toHaveCSS("color-scheme", "dark");
  await expect(page.locator("body")).toHaveCSS("background-color", "rgb(18, 18, 18)");
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

test("a session that was ended elsewhere leads to the sign-in page, which says so", async ({
  stranger,
  world,
}) => {
  const page = await stranger();
  await page.goto("/kms-keys");
  await signIn(page, "admin", world.password);
  await expect(page.getByRole("heading", { name: "KMS keys" })).toBeVisible();
  await page.context().clearCookies();
  await page.getByRole("button", { name: "Refresh" }).click();
  await expect(page.getByText("Your session has ended. Sign in again.")).toBeVisible();
  await signIn(page, "admin", world.password);
  await expect(page.getByRole("heading", { name: "KMS keys" })).toBeVisible();
});

test("whoever still has to choose a password is told of as there, and led back to sign in when that session has ended", async ({
  stranger,
  world,
}) => {
  const file = join(world.folder, "paula.password");
  writeFileSync(file, "the first of them 1");
  await world.cli("user", "create", "paula", "--password-file", file);
  const page = await stranger();
  await page.clock.install();
  await page.goto("/");
  await page.getByLabel("User name").fill("paula");
  let told = 0;
  page.on("request", (request) => {
    const isUse = !("keyferry-background" in request.headers());
    if (isUse && new URL(request.url()).pathname === "/api/v1/me") told += 1;
  });
  await page.getByLabel("Password", { exact: true }).fill("the first of them 1");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Choose your password" })).toBeVisible();
  await expect.poll(() => told).toBe(1);
  await page.clock.runFor("01:00");
  await page.getByLabel("First password").press("Shift");
  await expect.poll(() => told).toBe(2);
  await expect(page.getByRole("heading", { name: "Choose your password" })).toBeVisible();
  await page.context().clearCookies();
  await page.clock.runFor("01:00");
  await page.getByLabel("First password").press("Shift");
  await expect(page.getByText("Your session has ended. Sign in again.")).toBeVisible();
});

test("whoever does nothing is warned, may stay, and is signed out in the end", async ({
  stranger,
  world,
}) => {
  const page = await stranger();
  await page.clock.install();
  await page.goto("/kms-keys");
  await signIn(page, "admin", world.password);
  await page.clock.runFor("14:10");
  const warning = page.getByRole("dialog", { name: "Are you still there?" });
  await expect(warning).toBeVisible();
  await look(page, "idle-warning");
  await warning.getByRole("button", { name: "Stay signed in" }).click();
  await expect(warning).toBeHidden();
  await page.clock.runFor("14:10");
  await expect(warning).toBeVisible();
  await page.clock.runFor("01:00");
  await expect(page.getByText("You were signed out, because nothing happened for a while.")).toBeVisible();
});

test("the warning comes as the server is configured, and what the page asks of itself keeps no session", async ({
  ownWorld,
  visit,
}) => {
  test.slow();
  const world = await ownWorld({ section: "sessions", line: 'idle_minutes = "5"' });
  const page = await visit(world);
  const asked: { path: string; isBackground: boolean }[] = [];
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    const isBackground = "keyferry-background" in request.headers();
    if (path.startsWith("/api/") && path !== "/api/v1/events") asked.push({ path, isBackground });
  });
  const told = () => asked.filter(({ isBackground }) => !isBackground).map(({ path }) => path);
  await page.clock.install();
  await page.goto("/kms-keys");
  await expect(page.getByLabel("User name")).toBeVisible();
  // To open the page is use.
  expect(told()).toEqual(["/api/v1/me"]);
  asked.length = 0;
  await signIn(page, "admin", world.password);
  await expect(page.getByRole("link", { name: "cards", exact: true })).toBeVisible();
  await expect.poll(told).toEqual(["/api/v1/me"]);

  // Whoever does something is noted now and then.
  await page.clock.runFor("00:11");
  await page.keyboard.press("Shift");
  await page.keyboard.press("Shift");
  await expect.poll(told).toEqual(["/api/v1/me", "/api/v1/me"]);

  asked.length = 0;
  await page.clock.runFor("04:05");
  const warning = page.getByRole("dialog", { name: "Are you still there?" });
  await expect(warning).toBeVisible();
  await expect.poll(() => asked.map(({ path }) => path)).toContain("/api/v1/seal");
  expect(told()).toEqual([]);
  await warning.getByRole("button", { name: "Stay signed in" }).click();
  await expect(warning).toBeHidden();
  await expect.poll(told).toEqual(["/api/v1/me"]);
  await page.clock.runFor("05:00");
  await expect(page.getByText("You were signed out, because nothing happened for a while.")).toBeVisible();
});
