// Journeys through the console in a real browser, against the real binary and its simulated AWS.
import { defineConfig } from "@playwright/test";

const MINUTE = 60_000;

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  fullyParallel: false,
  workers: Number(process.env.KEYFERRY_E2E_WORKERS ?? 2),
  forbidOnly: process.env.CI !== undefined,
  // A world is shared by many journeys: one that fails is tried once more in a world of its own, and reported as flaky.
  retries: process.env.CI === undefined ? 0 : 1,
  timeout: 3 * MINUTE,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 30_000,
    ignoreHTTPSErrors: true,
    viewport: { width: 1440, height: 900 },
    // One of every journey makes them take 40 % longer (measured); whoever looks for a fault adds `--trace on`.
    trace: "on-first-retry",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    },
  },
});
