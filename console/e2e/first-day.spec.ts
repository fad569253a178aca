// Every page on the first day, when there is nothing yet.
import { ADMINISTRATOR, Server } from "./server";
import { expect, look, signIn, test as shared } from "./world";

/** What each page says while there is nothing, and what it offers to do next. */
const PAGES = [
  ["/connections", "No connections yet", "Add connection"],
  ["/keystores", "No keystores yet", "Create keystore"],
  ["/kms-keys", "No KMS keys yet", "Create KMS key"],
  ["/keys", "No keys in the vault yet", "Create key"],
  ["/all-keys", "No keys yet", "Create KMS key"],
  ["/keys/preparations", "Nothing is prepared", undefined],
  ["/jobs", "No jobs yet", "KMS keys"],
  ["/schedules", "Nothing rotates by itself", "KMS keys"],
  ["/approvals", "Nothing waits", "Rules"],
  ["/approvals/rules", "Nothing waits for others", "Set rule"],
  ["/alerts", "No alerts", "Destinations"],
  ["/alerts/destinations", "Alerts are sent nowhere", "Add destination"],
  ["/applications", "No applications", "Create application"],
  ["/policies", "No policies of your own", "Add policy"],
  ["/settings/crypto-policies", "No crypto policy yet", "Set policy"],
  ["/settings/use-periods", "No use periods", "Open period"],
  ["/settings/audit-destinations", "No audit destinations", "Add destination"],
  ["/settings/sign-in-providers", "No sign-in providers", "Add provider"],
  ["/settings/proxy", "No connections yet", /connection/i],
] as const;

const test = shared.extend<{ server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start({});
      await use(server);
      await server.stop();
    },
    { timeout: 120_000 },
  ],
});

test("on the first day every page says what is not there yet, and what to do next", async ({
  server,
  visit,
}) => {
  test.slow();
  const page = await visit(server);
  await page.goto("/");
  await signIn(page, ADMINISTRATOR.name, ADMINISTRATOR.password);
  await expect(page.getByRole("heading", { name: "Welcome to Keyferry" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Add a connection" })).toBeVisible();
  await look(page, "first-day-dashboard");
  const main = page.getByRole("main");
  const missed: string[] = [];
  for (const [path, says, offers] of PAGES) {
    await page.goto(path);
    await expect(main.getByRole("heading", { level: 1 })).toBeVisible();
    await main
      .getByText(says)
      .first()
      .waitFor({ timeout: 20_000 })
      .catch(() => missed.push(`${path}: ${says}`));
    if (offers !== undefined) {
      const next = main.getByRole("button", { name: offers }).or(main.getByRole("link", { name: offers }));
      await next
        .first()
        .waitFor({ timeout: 20_000 })
        .catch(() => missed.push(`${path}: ${offers}`));
    }
  }
  expect(missed).toEqual([]);
});
