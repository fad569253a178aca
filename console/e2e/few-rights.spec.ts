// People with few rights, in every page.
import type { Page } from "@playwright/test";

import { enter, person } from "./others";
import { expect, test, type World } from "./world";

// Each goes through all pages.
test.slow();

interface Named {
  name: string;
}

const SECTIONS = ["Fleet", "Work", "Proof", "Administration"];

/** What belongs to the group of the demo. */
async function belongings(world: World): Promise<string[]> {
  const lists = ["connection", "keystore", "kms-key", "key"].map((noun) => world.cli<Named[]>(noun, "list"));
  const names = (await Promise.all(lists)).flat().map(({ name }) => name);
  return [...new Set([...names, "111122223333", "444455556666"])];
}

/** Goes to every page of the navigation, and gives what it says. */
async function walk(page: Page, visit: (name: string) => Promise<void>): Promise<void> {
  const links = page.getByRole("navigation", { name: "Navigation" }).getByRole("link");
  const names = await links.allTextContents();
  expect(names.length).toBeGreaterThan(SECTIONS.length * 3);
  for (const name of names) {
    await links.and(page.getByRole("link", { name, exact: true })).click();
    await expect(page.getByRole("main").getByRole("heading", { level: 1 }).first()).toBeVisible();
    await expect(page.locator(".awsui_spinner, [class*=spinner_]")).toHaveCount(0);
    await expect(page.getByText("This page has failed")).toHaveCount(0);
    await visit(name);
  }
}

test("an operator of a group in which nothing is yet walks all pages, and nothing of other groups is on any of them", async ({
  stranger,
  world,
}) => {
  await world.cli("group", "create", "elsewhere");
  await person(world, "oscar", "operator", "elsewhere");
  const hidden = await belongings(world);
  const page = await stranger();
  await enter(page, "oscar");
  await walk(page, async (name) => {
    await page.screenshot({ path: `/tmp/a3-shots/oscar-${name}.png` });
    const said = await page.getByRole("main").innerText();
    console.log("=====", name, "\n", said.split("\n").slice(30).join(" | ").slice(0, 700));
    expect(
      hidden.filter((one) => said.includes(one)),
      name,
    ).toEqual([]);
  });
});
