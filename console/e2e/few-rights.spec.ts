// People with few rights, in every page.
import type { Locator, Page } from "@playwright/test";

import { enter, person } from "./others";
import { expect, look, test, type World } from "./world";

// Each goes through all pages.
test.slow();

interface Named {
  name: string;
}

/** What belongs to the group of the demo. */
async function belongings(world: World): Promise<string[]> {
  const lists = ["connection", "keystore", "kms-key", "key"].map((noun) => world.cli<Named[]>(noun, "list"));
  const names = (await Promise.all(lists)).flat().map(({ name }) => name);
  // Settings speak of webhooks, too.
  const own = names.filter((name) => name !== "webhooks");
  return [...new Set([...own, "111122223333", "444455556666"])];
}

/** Goes to every page of the navigation. */
async function walk(page: Page, visit: (name: string, main: Locator) => Promise<void>): Promise<void> {
  const links = page.getByRole("navigation", { name: "Navigation" }).getByRole("link");
  const names = await links.allTextContents();
  expect(names.length).toBeGreaterThan(15);
  const main = page.getByRole("main");
  for (const name of names) {
    await links.and(page.getByRole("link", { name, exact: true })).click();
    await expect(main.getByRole("heading", { level: 1, name: new RegExp(`^${name}`) })).toBeVisible();
    await expect(main.getByText(/^Loading/)).toHaveCount(0);
    await visit(name, main);
  }
}

/** Where he is told that he lacks a right, and by which right it opens. */
const REFUSED: Record<string, RegExp> = {
  "Request log": /oscar may not do request-log.read/,
  Users: /oscar may not do user.read/,
  Policies: /oscar may not do policy.read/,
};

test("an operator of another group walks all pages: nothing of others is on them, and what is refused is told calmly", async ({
  stranger,
  world,
}) => {
  await world.cli("group", "create", "elsewhere");
  await person(world, "oscar", "operator", "elsewhere");
  const hidden = await belongings(world);
  const page = await stranger();
  await enter(page, "oscar");
  await walk(page, async (name, main) => {
    const refused = REFUSED[name];
    if (refused !== undefined) {
      await expect(main.getByText(refused)).toBeVisible();
      await expect(main.getByText("ask an administrator for a role that has this right")).toBeVisible();
      await look(page, `few-rights-${name.toLowerCase().replace(" ", "-")}`);
    } else {
      await expect(main.getByText("access.denied")).toHaveCount(0);
    }
    const said = await main.innerText();
    expect(
      hidden.filter((one) => new RegExp(`\\b${one}\\b`).test(said)),
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
