// The list with ten thousand KMS keys. Its rows are made from one real answer, since this is about the screen alone.
import type { CDPSession, Page, Route } from "@playwright/test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { expect, look, test } from "./world";

const COUNT = 10_000;
const DISABLED_EVERY = 10;
/** The driver of the browser hands over twenty megabytes. */
const ALL_ROWS = { timeout: 60_000 };
const FIRST_LOAD_MAX = 700 * 1000;
const DIST = process.env.KEYFERRY_CONSOLE_FILES ?? join(import.meta.dirname, "../dist");

interface Row {
  id: string;
  name: string;
  status: string;
  key_state: string;
}

function made(row: Row, index: number): Row {
  const isDisabled = index % DISABLED_EVERY === 0;
  return {
    ...row,
    id: `${row.id.slice(0, -6)}${String(index).padStart(6, "0")}`,
    name: `key-${index}`,
    status: isDisabled ? "DISABLED" : "AVAILABLE",
    key_state: isDisabled ? "Disabled" : "Enabled",
  };
}

/** Answers for the list as the server does: in pages, with a cursor. */
async function answerMany(page: Page): Promise<void> {
  const real = (await (await page.request.get("/api/v1/kms-keys?limit=1")).json()) as { items: Row[] };
  const first = real.items[0];
  if (first === undefined) throw new Error("the demo has no KMS key");
  const rows = Array.from({ length: COUNT }, (_, index) => made(first, index));
  await page.route("**/api/v1/kms-keys?*", async (route: Route) => {
    const query = new URL(route.request().url()).searchParams;
    const [from, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit") ?? 100)];
    const next = from + limit < COUNT ? String(from + limit) : null;
    await route.fulfill({ json: { items: rows.slice(from, from + limit), next } });
  });
}

interface Measured {
  /** Milliseconds from navigation until a row can be selected. */
  firstRow?: number;
  /** Milliseconds from the last input to the next picture: the longest since it was set to none. */
  slowest: number;
}

declare global {
  interface Window {
    measured: Measured;
  }
}

/** Has the page itself measure, so that the driver of the browser does not count. */
async function measure(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.measured = { slowest: 0 };
    const seen = new MutationObserver(() => {
      if (document.querySelector("tbody input[type=checkbox]") === null) return;
      window.measured.firstRow = performance.now();
      seen.disconnect();
    });
    seen.observe(document, { childList: true, subtree: true });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries())
        window.measured.slowest = Math.max(window.measured.slowest, duration);
    }).observe({ type: "event", durationThreshold: 16 } as PerformanceObserverInit);
  });
}

/** Milliseconds of a processor that the page's main thread has used: what else the machine does is not in it. */
async function used(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? NaN);
}

/** Prints how long the page took to answer what is done meanwhile. */
async function answering(session: CDPSession, page: Page, what: string, act: () => Promise<void>) {
  await page.evaluate(() => (window.measured.slowest = 0));
  const before = await used(session);
  await act();
  const cpu = Math.round((await used(session)) - before);
  const slowest = await page.evaluate(() => window.measured.slowest);
  console.log(`${what}: ${cpu} ms of the processor, ${slowest} ms from input to picture at most`);
}

/** The header of a column that sorts. What is seen is a copy of it that stays on the screen. */
function sortBy(page: Page, column: string): Promise<void> {
  return page.getByRole("columnheader", { name: column }).getByRole("button").first().press("Enter");
}

test("ten thousand KMS keys are listed, found and sorted", async ({ page }) => {
  await measure(page);
  await answerMany(page);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto("/kms-keys");
  await page.getByRole("checkbox", { name: "Select key-0", exact: true }).check();
  const firstRow = await page.evaluate(() => window.measured.firstRow);
  expect(firstRow).toBeDefined();
  const cpu = Math.round(await used(session));
  console.log(
    `first row that can be selected: ${cpu} ms of the processor, after ${Math.round(firstRow ?? NaN)} ms`,
  );
  await expect(page.getByText("(1/10000)")).toBeVisible(ALL_ROWS);
  await answering(session, page, "finding by a filter", async () => {
    await page.getByRole("combobox", { name: "Find KMS keys" }).fill("key-77");
    await page.keyboard.press("Enter");
    await expect(page.getByText("111 matches").first()).toBeVisible();
  });
  await page.getByRole("button", { name: "Clear filters" }).click();
  await answering(session, page, "sorting by name", async () => {
    await sortBy(page, "Name");
    await expect(page.getByRole("row").nth(2)).toContainText("key-1");
  });
  await answering(session, page, "sorting by name, downwards", async () => {
    await sortBy(page, "Name");
    await expect(page.getByRole("row", { name: /key-9999/ })).toBeVisible();
  });
  await answering(session, page, "going to the next page of rows", async () => {
    await page.getByRole("button", { name: "Next page" }).first().click();
    await expect(page.getByRole("row", { name: /key-9949/ })).toBeVisible();
  });
  await look(page, "kms-keys-many");
});

test("all matches of a filter are selected at once", async ({ page }) => {
  await answerMany(page);
  await page.goto("/kms-keys?status=DISABLED");
  await expect(page.getByText("1000 matches").first()).toBeVisible(ALL_ROWS);
  // What is seen of it is a copy that stays on the screen.
  await page.getByRole("checkbox", { name: "Select all rows" }).press("Space");
  await expect(page.getByText("(50/10000)")).toBeVisible();
  await page.getByRole("button", { name: "Select all 1000" }).click();
  await expect(page.getByText("(1000/10000)")).toBeVisible();
});

test("the first page comes with few bytes, compressed", async ({ page }) => {
  const files = new Set<string>();
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (!pathname.startsWith("/api/")) files.add(pathname === "/kms-keys" ? "/index.html" : pathname);
  });
  await page.goto("/kms-keys");
  await expect(page.getByRole("row", { name: /invoices/ })).toBeVisible();
  const sizeOf = (file: string) => {
    const path = join(DIST, file);
    const compressed = readdirSync(join(path, "..")).includes(`${path.split("/").at(-1) ?? ""}.br`);
    return statSync(compressed ? `${path}.br` : path).size;
  };
  const sizes = [...files].map((file) => [file, sizeOf(file)] as const);
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  console.log(`first load: ${total} bytes in ${sizes.length} files`);
  expect(sizes.length).toBeGreaterThan(3);
  expect(readFileSync(join(DIST, "index.html"), "utf8")).toContain('<div id="console">');
  expect(total).toBeLessThanOrEqual(FIRST_LOAD_MAX);
});
