import type { Page } from "@playwright/test";

import { choose } from "./steps";
import { expect, look, test } from "./world";

/** What the server refuses, one after the other, and how each is mended in its step. */
const MENDED: [number, string | RegExp, (page: Page) => Promise<void>][] = [
  [2, /^[a-z-]+\.[a-z-]+ · Request/, (page) => page.getByLabel("Tag key 1").fill("cost")],
  [
    1,
    /^[a-z-]+\.[a-z-]+ · Request/,
    (page) => page.getByRole("textbox", { name: "Line of cron" }).fill("0 3 1 * *"),
  ],
];

test("a keystore is made step by step, back and forth", async ({ page, world }) => {
  await page.goto("/keystores");
  await expect(page.getByRole("link", { name: "payments", exact: true })).toBeVisible();
  await look(page, "keystores");
  await page.getByRole("button", { name: "Create keystore" }).click();
  const next = page.getByRole("button", { name: "Next", exact: true });
  await next.click();
  await expect(page.getByText("Give it a name.")).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("Archive");
  await page.getByLabel("Description").fill("Keys of old documents");
  await look(page, "keystore-create-details");
  await next.click();
  await next.click();
  await expect(page.getByText("Choose a connection.", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: /^Connection/ }).click();
  await page.getByRole("option", { name: /^production/ }).click();
  await expect(page.getByText("eu-central-1 is the default Region.")).toBeVisible();
  await page.getByRole("button", { name: "Remove us-east-1" }).click();
  await look(page, "keystore-create-connection");
  await next.click();
  await page.getByRole("button", { name: /^Spec/ }).click();
  await page.getByRole("option", { name: "RSA-3072" }).click();
  await page.getByRole("button", { name: /^Usage/ }).click();
  await page.getByRole("option", { name: "SIGN_VERIFY" }).click();
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.getByLabel("Tag key 1").fill("team");
  await page.getByLabel("Tag value 1").fill("archive");
  await page.getByLabel("Key policy", { exact: true }).fill("{ no json");
  await expect(page.getByText("This is no JSON.")).toBeVisible();
  await next.click();
  await expect(page.getByText("The key policy is no JSON.")).toBeVisible();
  await page.getByLabel("Key policy", { exact: true }).fill("");
  await look(page, "keystore-create-template");
  await next.click();
  await page.getByLabel("Regularly").check();
  await page.getByRole("button", { name: /^Every/ }).click();
  await page.getByRole("option", { name: "6 months" }).click();
  await page.getByLabel("is disabled ten minutes later").check();
  await page.getByLabel("Tell it, and mend what takes nothing away").check();
  await look(page, "keystore-create-schedule");
  for (let step = 0; step < 2; step += 1) await page.getByRole("button", { name: "Previous" }).click();
  await expect(page.getByRole("button", { name: "Remove eu-central-1" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Remove us-east-1" })).toHaveCount(0);
  await page.getByRole("button", { name: "Previous" }).click();
  await page.getByLabel("Name", { exact: true }).fill("archive");
  for (let step = 0; step < 4; step += 1) await next.click();
  await expect(page.getByText("RSA-3072")).toBeVisible();
  await expect(page.getByText("Every 6 months")).toBeVisible();
  await look(page, "keystore-create-review");
  await page.getByRole("button", { name: "Create keystore" }).click();
  await expect(page.getByRole("heading", { name: "archive", level: 1 })).toBeVisible();
  const made = await world.cli<{
    regions: string[];
    heal: string;
    template: { spec: string; usage: string; tags: object; rotation: { every: string; old_key: string } };
  }>("keystore", "show", "archive");
  expect(made.regions).toEqual(["eu-central-1"]);
  expect(made.heal).toBe("auto");
  expect(made.template).toMatchObject({
    spec: "RSA-3072",
    usage: "SIGN_VERIFY",
    tags: { team: "archive" },
    rotation: { every: "6mo", old_key: "disable" },
  });
});

test("a keystore's name that is taken is told before anything is made", async ({ page, world }) => {
  await page.goto("/keystores/create?connection=staging");
  await page.getByLabel("Name", { exact: true }).fill("signing");
  await page.getByRole("button", { name: "Next", exact: true }).click();
  await expect(page.getByRole("button", { name: /^Connection/ })).toContainText("staging");
  for (let step = 0; step < 3; step += 1)
    await page.getByRole("button", { name: "Next", exact: true }).click();
  await expect(page.getByText(/there already is a keystore with this name/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Create keystore" })).toHaveCount(0);
  const all = await world.cli<{ name: string }[]>("keystore", "list");
  expect(all.filter(({ name }) => name === "signing")).toHaveLength(1);
});

test("each step of a new keystore says what it does not take, and what the server refuses is mended in its step", async ({
  page,
  world,
}) => {
  const next = page.getByRole("button", { name: "Next", exact: true });
  await page.goto("/keystores/create?connection=production");
  await page.getByLabel("Name", { exact: true }).fill("wrong-steps");
  await next.click();
  for (const region of ["eu-central-1", "us-east-1"])
    await page.getByRole("button", { name: `Remove ${region}` }).click();
  await next.click();
  await expect(page.getByText("Choose one Region at least.", { exact: true })).toBeVisible();
  await look(page, "keystore-wrong-regions");
  await choose(page, "Regions", "eu-central-1");
  await page.keyboard.press("Escape");
  await next.click();

  const file = { name: "policy.json", mimeType: "application/json", buffer: Buffer.from("no json") };
  await page.locator("input[type=file]").setInputFiles(file);
  await expect(page.getByText("This is no JSON.").first()).toBeVisible();
  await next.click();
  await expect(page.getByText("The key policy is no JSON.")).toBeVisible();
  await page.getByLabel("Key policy", { exact: true }).fill("");
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.getByLabel("Tag key 1").fill("aws:cost");
  await expect(page.getByText("Keys that begin with aws: or keyferry: are reserved.")).toBeVisible();
  await look(page, "keystore-wrong-template");
  await next.click();

  await page.getByLabel("Regularly").check();
  await choose(page, "Every", "Another period");
  await page.getByRole("textbox", { name: "Another period" }).fill("soon");
  await next.click();
  await expect(page.getByText("Say when it rotates.")).toBeVisible();
  await page.getByLabel("By a line of cron").check();
  await page.getByRole("textbox", { name: "Line of cron" }).fill("0 3 99 * *");

  const create = page.getByRole("button", { name: "Create keystore" });
  await next.click();
  for (const [back, code, mend] of MENDED) {
    await expect(page.getByRole("alert").getByText(code)).toBeVisible();
    await expect(create).toHaveCount(0);
    for (let step = 0; step < back; step += 1) await page.getByRole("button", { name: "Previous" }).click();
    await mend(page);
    for (let step = 0; step < back; step += 1) await next.click();
  }
  await create.click();
  await expect(page.getByRole("heading", { name: "wrong-steps", level: 1 })).toBeVisible();
  const made = await world.cli<{ template: { tags: object; rotation: { cron: string } } }>(
    ...["keystore", "show", "wrong-steps"],
  );
  expect(made.template).toMatchObject({ tags: { cost: "" }, rotation: { cron: "0 3 1 * *" } });
});
