// People with few rights, in every page.
import type { Locator, Page } from "@playwright/test";

import { connection, PRODUCTION, STAGING } from "./aws";
import { enter, person } from "./others";
import { expect, look, test, type World } from "./world";

// Each goes through all pages.
test.slow();

/** Makes something of each kind in the group of the demo, and gives what must not be seen of it. */
async function belongings(world: World): Promise<string[]> {
  const at = ["--region", "eu-central-1"];
  await connection(world, "veiled-connection");
  await world.cli("keystore", "create", "veiled-keystore", "--connection", "veiled-connection", ...at);
  await world.cli("kms-key", "create", "veiled-kms-key", "--keystore", "veiled-keystore");
  await world.cli("key", "create", "veiled-key");
  return ["veiled", PRODUCTION, STAGING];
}

/** What is there on each page of the navigation once it was read. */
const READ: Record<string, string> = {
  Dashboard: "Welcome to Keyferry",
  Connections: "No connections yet",
  Keystores: "No keystores yet",
  "KMS keys": "No KMS keys yet",
  Keys: "No keys in the vault yet",
  "All keys": "No keys yet",
  Jobs: "No jobs yet",
  Schedules: "Nothing rotates by itself",
  Approvals: "Nothing waits",
  Alerts: "No alerts",
  "Audit log": "role.manage",
  "Request log": "oscar may not do request-log.read",
  Reports: "Make report",
  Users: "oscar may not do user.read",
  Groups: "elsewhere",
  Roles: "auditor",
  Applications: "No applications",
  Policies: "oscar may not do policy.read",
  Settings: "Crypto policies",
};

/** Goes to every page of the navigation, each of which says what it is to say. */
async function walk(
  page: Page,
  says: Record<string, string>,
  visit: (name: string, main: Locator) => Promise<void>,
): Promise<void> {
  const links = page.getByRole("navigation", { name: "Navigation" }).getByRole("link");
  await expect(links).toHaveText(Object.keys(says));
  const main = page.getByRole("main");
  for (const [name, read] of Object.entries(says)) {
    await links.and(page.getByRole("link", { name, exact: true })).click();
    await expect(main.getByRole("heading", { level: 1, name: new RegExp(`^${name}`) })).toBeVisible();
    await expect(main.getByText(read).first()).toBeVisible();
    await expect(main.getByText(/^Loading/)).toHaveCount(0);
    await visit(name, main);
  }
}

test("an operator of another group walks all pages: nothing of others is on them, and what is refused is told calmly", async ({
  stranger,
  world,
}) => {
  await world.cli("group", "create", "elsewhere");
  await person(world, "oscar", "operator", "elsewhere");
  const hidden = await belongings(world);
  const page = await stranger();
  await enter(page, "oscar");
  await walk(page, READ, async (name, main) => {
    if (READ[name]?.includes("may not do")) {
      await expect(main.getByText("ask an administrator for a role that has this right")).toBeVisible();
      await look(page, `few-rights-${name.toLowerCase().replace(" ", "-")}`);
    } else {
      await expect(main.getByText("access.denied")).toHaveCount(0);
    }
    const said = await main.innerText();
    expect(
      hidden.filter((one) => said.includes(one)),
      name,
    ).toEqual([]);
  });
});

test("what an operator of another group begins without the right is refused before anything is made, and the rest works", async ({
  stranger,
  world,
}) => {
  await world.cli("group", "create", "beside");
  await person(world, "opal", "operator", "beside");
  const page = await stranger();
  await enter(page, "opal");
  const refused = [
    ["/users", "Create user", "Create user", "user.create"],
    ["/groups", "Create group", "Create group", "group.create"],
  ] as const;
  for (const [path, button, title, action] of refused) {
    await page.goto(path);
    await page.getByRole("button", { name: button }).first().click();
    const dialog = page.getByRole("dialog", { name: title });
    await dialog
      .getByLabel(/^(Name|User name)$/)
      .first()
      .fill("not-mine");
    await dialog.getByRole("button", { name: "Preview" }).click();
    await expect(dialog.getByText(`opal may not do ${action}`)).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Carry out" })).toHaveCount(0);
    await look(page, `few-rights-${action}`);
    await dialog.getByRole("button", { name: "Cancel" }).click();
  }
  // What is somebody else's is not there for her, whoever names its address.
  const { id } = await world.cli<{ id: string }>("kms-key", "show", "invoices");
  const [connection] = await world.cli<{ id: string; name: string }[]>("connection", "list");
  await page.goto(`/kms-keys/${id}`);
  await expect(page.getByText("This KMS key is not to be seen here")).toBeVisible();
  await page.goto(`/connections/${connection?.id ?? ""}`);
  await expect(page.getByText(/there is no connection/)).toBeVisible();
  await expect(page.getByText(connection?.name ?? "", { exact: true })).toHaveCount(0);
  await look(page, "few-rights-other-connection");
  await page.getByRole("link", { name: "Connections", exact: true }).first().click();
  await expect(page.getByText("No connections yet")).toBeVisible();
  // Her own work works.
  await page.goto("/keys");
  await page.getByRole("button", { name: "Create key" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Create key" });
  await dialog.getByLabel("Name").fill("opals-own");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("opals-own has version 1.")).toBeVisible();
  await dialog.getByRole("link", { name: "Open the key" }).click();
  await expect(page.getByRole("heading", { name: "opals-own" })).toBeVisible();
  await expect(page.getByText("beside", { exact: true }).first()).toBeVisible();
});

/** What an auditor of the group of the demo reads on each page. */
const AUDITED: Record<string, string> = {
  Dashboard: "Expire within 30 days",
  Connections: "111122223333",
  Keystores: "signing",
  "KMS keys": "card-tokens",
  Keys: "card-tokens",
  "All keys": "card-tokens",
  Jobs: "kms-key.create",
  Schedules: "What rotates by itself, the next one first.",
  Approvals: "What must not be done by one person alone waits here for others.",
  Alerts: "What is wrong, or soon will be.",
  "Audit log": "kms-key.create",
  "Request log": "audrey may not do request-log.read",
  Reports: "What there is",
  Users: "audrey may not do user.read",
  Groups: "default",
  Roles: "security-officer",
  Applications: "audited",
  Policies: "audrey may not do policy.read",
  Settings: "Crypto policies",
};

/** Buttons that change nothing but what is looked at. */
const LOOKING =
  /^$|^(Dismiss|Refresh|Saved views|Try again|Open help|Close navigation|.*[Pp]references.*|Display log|Find|Clear filter|Any|Any result|Any time|.* pages?|Entry \d+|Show more)$/;

interface Offered {
  name: string;
  isMenu: boolean;
}

/** Chooses the first row, where rows are. */
async function chooseRow(main: Locator): Promise<void> {
  const rows = main.locator("tbody");
  const first = rows.getByRole("radio").or(rows.getByRole("checkbox")).first();
  if ((await first.count()) === 0) return;
  await first.check();
  // What can be done with it comes with the first choice.
  const actions = main.getByRole("button", { name: "Actions", exact: true });
  if ((await actions.count()) > 0) await expect(actions.first()).toBeEnabled();
}

/** The buttons beside tables that somebody can press. */
async function offered(main: Locator): Promise<Offered[]> {
  const all = await main.getByRole("button").evaluateAll((buttons) =>
    buttons
      .filter((button) => !button.matches("table *, nav *, svg *, :disabled, [aria-disabled=true]"))
      .map((button) => ({
        name: (button.getAttribute("aria-label") ?? button.textContent).trim(),
        isMenu: button.getAttribute("aria-haspopup") === "true",
      })),
  );
  const named = new Map(all.map((one) => [one.name, one]));
  return [...named.values()].filter(({ name }) => !LOOKING.test(name));
}

/** What came of pressing it must be seen: a refusal, something to fill in, another page, or what was asked for. */
async function answered(page: Page, what: string, pressing: () => Promise<void>): Promise<void> {
  const seen = async () => `${page.url()} ${await page.locator("body").innerText()}`;
  const before = await seen();
  await pressing();
  await expect.poll(async () => (await seen()) !== before, { message: what }).toBe(true);
  const dialog = page.getByRole("dialog");
  if (!(await dialog.isVisible())) return;
  const preview = dialog.getByRole("button", { name: "Preview" });
  const refusal = dialog.getByText(/audrey may not do/).first();
  await expect(preview.or(refusal).first(), what).toBeVisible();
  const isToFill = (await preview.isVisible()) && (await preview.isDisabled());
  if (!isToFill) {
    if (await preview.isVisible()) await preview.click();
    await expect(refusal, what).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Carry out" }), what).toHaveCount(0);
  }
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
}

test("an auditor walks all pages: each shows or says what he may see, and no button refuses without a word", async ({
  stranger,
  world,
}) => {
  await world.cli("application", "create", "audited");
  await person(world, "audrey", "auditor", "default");
  const page = await stranger();
  page.setDefaultTimeout(20_000);
  await enter(page, "audrey");
  const pressed: string[] = [];
  await walk(page, AUDITED, async (name, main) => {
    const isRefused = AUDITED[name]?.includes("may not do") ?? false;
    await expect(main.getByText("access.denied")).toHaveCount(isRefused ? 1 : 0);
    const address = page.url();
    const press = async (button: string, item?: string) => {
      const what = [name, button, ...(item === undefined ? [] : [item])].join(", ");
      await answered(page, what, async () => {
        await main.getByRole("button", { name: button, exact: true }).first().click();
        // By the keyboard: a menu closes where notices move the page under the mouse.
        if (item !== undefined) await page.getByRole("menuitem", { name: item, exact: true }).press("Enter");
      });
      pressed.push(what);
      if (page.url() === address) return;
      await page.goBack();
      await expect(main.getByText(AUDITED[name] ?? "").first()).toBeVisible();
      await chooseRow(main);
    };
    await chooseRow(main);
    for (const button of await offered(main)) {
      if (!button.isMenu) {
        await press(button.name);
        continue;
      }
      await main.getByRole("button", { name: button.name, exact: true }).first().click();
      const items = await page.locator('[role="menuitem"]:not([aria-disabled="true"])').allInnerTexts();
      await page.keyboard.press("Escape");
      for (const item of items) await press(button.name, item);
    }
  });
  expect(pressed).toEqual(expect.arrayContaining(["KMS keys, Actions, Rotate", "Reports, Make report"]));
});
