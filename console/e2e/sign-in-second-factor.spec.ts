// An installation that wants a second factor of everybody with a password.
import type { Page } from "@playwright/test";

import { codeOf } from "./access";
import { carryOut, shownOnce, typeIn } from "./steps";
import { ADMINISTRATOR, Server } from "./server";
import { expect, look, test as shared } from "./world";

// Each goes through many pages.
shared.slow();

const test = shared.extend<{ open: () => Promise<Page> }, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start({ second_factor: "required" });
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  open: async ({ server, visit }, use) => {
    await use(() => visit(server));
  },
});

const title = (page: Page) => page.getByRole("heading", { name: "Set up a second factor" });

/** Sets one up on the page that asks for it, and signs in with its next code. */
async function setUp(page: Page, user: string, password: string): Promise<void> {
  await expect(title(page)).toBeVisible();
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Next" }).click();
  const secret = await shownOnce(page.locator("main"), "Secret, to be typed into the authenticator");
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Recovery codes", { exact: true })).toBeVisible();
  expect(((await page.locator("pre").textContent()) ?? "").split("\n")).toHaveLength(10);
  await page.getByRole("button", { name: "Sign in now" }).click();
  await expect(page.getByText("Your second factor is set up. Sign in with its next code.")).toBeVisible();
  await typeIn(page, user, password);
  await page.getByLabel("Code of your second factor").fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("button", { name: user })).toBeVisible();
}

test("where a second factor is required, whoever has none sets one up before anything else", async ({
  open,
}) => {
  const { name, password } = ADMINISTRATOR;
  const page = await open();
  await page.goto("/kms-keys");
  await typeIn(page, name, password);
  await expect(title(page)).toBeVisible();
  await expect(page.getByText("Until you have one you can do nothing else.")).toBeVisible();
  await look(page, "second-factor-required");

  // The server holds to it, whatever a page shows.
  const asked = await page.request.get("/api/v1/kms-keys");
  expect(asked.status()).toBe(403);
  expect(await asked.json()).toMatchObject({ code: "access.second-factor-missing" });
  await page.reload();
  await expect(title(page)).toBeVisible();
  await expect(page.getByRole("link", { name: "KMS keys" })).toHaveCount(0);

  await page.getByLabel("Your password").fill("not this one, surely");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByText("access.not-confirmed")).toBeVisible();
  await page.getByLabel("Your password").fill(password);
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
  await look(page, "second-factor-required-secret");
  await page.getByLabel("Code", { exact: true }).fill("000000");
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText(/wrong/).first()).toBeVisible();
  const secret = await shownOnce(page.locator("main"), "Secret, to be typed into the authenticator");
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByText("Recovery codes", { exact: true })).toBeVisible();
  // The session has ended; whoever goes to note the codes and comes back still finds them.
  await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
  await look(page, "second-factor-required-codes");
  await expect(page.getByText("Recovery codes", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Sign in now" }).click();
  await expect(page.getByText("Your second factor is set up. Sign in with its next code.")).toBeVisible();
  await typeIn(page, name, password);
  await page.getByLabel("Code of your second factor").fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { name: "KMS keys" })).toBeVisible();

  // Whoever is added chooses a password first, then sets one up too.
  await page.goto("/users");
  await page.getByRole("button", { name: "Create user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("User name").fill("newcomer");
  await carryOut(dialog, "First password");
  const first = await shownOnce(dialog, "First password");
  const other = await open();
  await other.goto("/");
  await typeIn(other, "newcomer", first);
  await other.getByLabel("First password").fill(first);
  const own = "only the newcomer knows 3";
  await other.getByLabel("New password", { exact: true }).fill(own);
  await other.getByLabel("New password again").fill(own);
  await other.getByRole("button", { name: "Change password" }).click();
  await setUp(other, "newcomer", own);
});
