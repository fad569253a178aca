import type { Page, Route } from "@playwright/test";

import { expect, look, test } from "./world";

const OTHER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

/** Somebody between server and browser, who changes one answer. */
async function tamper(page: Page, path: string, change: (answer: never) => unknown) {
  await page.route(
    (url) => url.pathname === path,
    async (route: Route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: change((await response.json()) as never) });
    },
  );
}

interface Proof {
  hashes: string[];
}

function flip(hex: string): string {
  return (hex.startsWith("0") ? "1" : "0") + hex.slice(1);
}

async function verifyLog(page: Page) {
  await page.goto("/audit/verify");
  await page.getByRole("button", { name: "Verify", exact: true }).click();
}

/** Opens the newest entry that the newest checkpoint is sure to have, and proves it. */
async function verifyEntry(page: Page) {
  await page.goto("/audit?action=keystore.create");
  await page
    .getByRole("button", { name: /^Entry \d+/ })
    .first()
    .click();
  const panel = page.getByRole("dialog", { name: /^Entry \d+/ });
  await panel.getByRole("button", { name: "Verify this entry" }).click();
  return panel;
}

test("the log is proved in the browser with the key that a person keeps, and the checkpoint is remembered", async ({
  page,
  world,
}) => {
  const { key } = await world.cli<{ key: string }>("audit", "key");
  await page.goto("/audit");
  await page.getByRole("button", { name: "Verify the log" }).click();
  await expect(page.getByText("Nothing yet")).toBeVisible();
  await page.getByLabel("The key that you keep").fill(key);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("Everything is proved")).toBeVisible();
  await expect(page.getByText("It is the key that you keep.")).toBeVisible();
  await expect(page.getByText("This browser saw no checkpoint before")).toBeVisible();
  await expect(page.getByText(/A checkpoint of \d+ entries/)).toBeVisible();
  await look(page, "audit-verified");

  await world.kmsKey("after-the-checkpoint");
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("Nothing that was seen here is gone or changed.")).toBeVisible();
  await expect(page.getByText("Everything is proved")).toBeVisible();
});

test("an entry is proved in the browser, from its bytes to the signed root", async ({ page }) => {
  const panel = await verifyEntry(page);
  await expect(panel.getByText("It fits together, by the server's own key")).toBeVisible();
  await expect(panel.getByText("What is not proved: that this is your log's key")).toBeVisible();
  await expect(panel.getByText("Everything is proved")).toHaveCount(0);
  await expect(panel.getByText("comes exactly the root that was signed")).toBeVisible();
  await look(page, "audit-entry-verified");
});

test("one changed byte of an entry is told", async ({ page }) => {
  interface Entries {
    items: { leaf: string }[];
  }
  await tamper(page, "/api/v1/audit/entries", ({ items, ...rest }: Entries) => ({
    ...rest,
    items: items.map((entry) => ({ ...entry, leaf: entry.leaf.replace("user/admin", "user/admim") })),
  }));
  const panel = await verifyEntry(page);
  await expect(panel.getByText("This is not proved")).toBeVisible();
  await expect(panel.getByText("shown otherwise than it was logged. Different: actor")).toBeVisible();
  await look(page, "audit-tampered");
});

test("one changed byte of a proof is told", async ({ page }) => {
  await tamper(page, "/api/v1/audit/proof", ({ hashes, ...rest }: Proof) => ({
    ...rest,
    hashes: hashes.map((hash, place) => (place === 1 ? flip(hash) : hash)),
  }));
  const panel = await verifyEntry(page);
  await expect(panel.getByText("This is not proved")).toBeVisible();
  await expect(panel.getByText("leads to another root than the one that was signed")).toBeVisible();
});

test("a checkpoint whose size was changed is told by its signature", async ({ page }) => {
  interface Checkpoint {
    signed: { note: string };
  }
  await tamper(page, "/api/v1/audit/checkpoint", ({ signed, ...rest }: Checkpoint) => ({
    ...rest,
    signed: { ...signed, note: signed.note.replace(/\n(\d+)\n/, (_, size) => `\n${Number(size) - 1}\n`) },
  }));
  await verifyLog(page);
  await expect(page.getByText("This is not proved")).toBeVisible();
  await expect(page.getByText("The signature is wrong")).toBeVisible();
});

test("a log that lost entries since it was seen is told as rolled back, until a person forgets", async ({
  page,
  world,
}) => {
  interface Checkpoint {
    signed: object;
  }
  const older = await world.cli<Checkpoint>("audit", "checkpoint");
  await world.kmsKey("to-be-rolled-back");
  await verifyLog(page);
  await expect(page.getByText("It fits together, by the server's own key")).toBeVisible();
  await tamper(page, "/api/v1/audit/checkpoint", () => older);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("This is not proved")).toBeVisible();
  await expect(page.getByText("it was rolled back or cut")).toBeVisible();
  await look(page, "audit-rolled-back");

  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download it" }).click();
  expect((await downloading).suggestedFilename()).toBe("checkpoint");
  await page.getByRole("button", { name: "Forget it" }).click();
  const dialog = page.getByRole("dialog", { name: "Forget the remembered checkpoint" });
  await expect(dialog.getByText("it may be evidence")).toBeVisible();
  await dialog.getByRole("button", { name: "Forget it" }).click();
  await expect(page.getByText("Nothing yet")).toBeVisible();
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("It fits together, by the server's own key")).toBeVisible();
});

test("another history than the one that was seen is told", async ({ page, world }) => {
  await verifyLog(page);
  await expect(page.getByText("It fits together, by the server's own key")).toBeVisible();
  await world.kmsKey("another-history");
  await tamper(page, "/api/v1/audit/proof", (proof: Proof) => ({
    ...proof,
    hashes: proof.hashes.map(flip),
  }));
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("This is not proved")).toBeVisible();
  await expect(page.getByText("The proof leads to another root")).toBeVisible();
});

test("a key that is not the one that a person keeps is told", async ({ page }) => {
  await page.goto("/audit/verify");
  await page.getByLabel("The key that you keep").fill("not a key");
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("its parts do not belong together")).toBeVisible();
  await page.getByLabel("The key that you keep").fill(OTHER_KEY);
  await page.getByRole("button", { name: "Verify", exact: true }).click();
  await expect(page.getByText("another key than the one that you keep")).toBeVisible();
  await expect(page.getByText("It fits together, by the server's own key")).toHaveCount(0);
});

test("a server in quarantine says so, and a rollback is accepted only with a reason and where there is one", async ({
  page,
}) => {
  await page.goto("/audit?action=keystore.create");
  await expect(page.getByRole("heading", { name: "Audit log" })).toBeVisible();
  await expect(page.getByText("This server is in quarantine")).toHaveCount(0);
  await tamper(page, "/readyz", (ready: object) => ({ ...ready, ready: false, quarantined: true }));
  await page.reload();
  await expect(page.getByText("This server is in quarantine")).toBeVisible();
  await page.getByRole("button", { name: "Accept the database as it is" }).click();
  const dialog = page.getByRole("dialog", { name: "Accept the database as it is" });
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByLabel("Why that is right").fill("the disk died; backup of Tuesday");
  await dialog.getByRole("button", { name: "Preview" }).click();
  // The server itself knows that it is in none.
  await expect(dialog.getByText("this server is not in quarantine")).toBeVisible();
  await look(page, "audit-quarantine");
});
