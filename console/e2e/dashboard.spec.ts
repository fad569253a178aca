import { disableElsewhere, enter, person } from "./others";
import { expect, look, test } from "./world";

const DAY = 24 * 60 * 60_000;

test("figures on the dashboard are those of the lists that they lead to", async ({ page, world }) => {
  test.slow();
  await world.kmsKey("to-expire", "--expires", new Date(Date.now() + 10 * DAY).toISOString());
  await world.kmsKey("to-expire-later", "--expires", new Date(Date.now() + 100 * DAY).toISOString());
  await world.kmsKey("to-rotate", "--rotate-every", "20d");
  await world.kmsKey("to-drift");
  await disableElsewhere(world, "to-drift");
  const keys = await world.cli<{ status: string; expires_at: string | null }[]>("kms-key", "list");
  const disabled = keys.filter(({ status }) => status === "DISABLED").length;
  expect(disabled).toBeGreaterThan(0);

  await page.goto("/");
  await expect(page.getByText(`All ${keys.length} KMS keys`)).toBeVisible();
  await expect(page.getByRole("link", { name: "Drift: 1" })).toBeVisible();
  await look(page, "dashboard");

  await page.getByRole("link", { name: `DISABLED: ${disabled}` }).click();
  await expect(page.getByRole("heading", { name: "KMS keys" })).toBeVisible();
  await expect(page.getByText(new RegExp(`^${disabled} match(es)?$`)).first()).toBeVisible();
  await expect(page.getByRole("row", { name: /to-drift/ })).toBeVisible();

  await page.goto("/");
  await page.getByRole("link", { name: "Expire within 30 days: 1" }).click();
  await expect(page.getByText("1 match", { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: "to-expire", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "to-expire-later" })).toHaveCount(0);

  await page.goto("/");
  await page.getByRole("link", { name: "Rotate within 30 days: 1" }).click();
  await expect(page.getByRole("heading", { name: "Schedules" })).toBeVisible();
  await expect(page.getByRole("row", { name: /to-rotate.*Every 20 days/ })).toBeVisible();
  await look(page, "schedules");

  await page.goto("/");
  await page.getByRole("link", { name: "Drift: 1" }).click();
  await expect(page.getByRole("row", { name: /disabled elsewhere.*to-drift/ })).toBeVisible();
  await world.cli("kms-key", "restore", "to-drift");
});

test("the months of the dashboard lead to what expires in them", async ({ page, world }) => {
  const at = new Date(Date.now() + 200 * DAY);
  await world.kmsKey("expires-in-a-month", "--expires", at.toISOString());
  await page.goto("/");
  // The months of rotations, which come after it, may be read before.
  await expect(page.getByLabel("Material expires, by month").first()).toBeVisible();
  await page.getByRole("button", { name: "As a list" }).first().click();
  await page.getByText("Next rotations, by month").scrollIntoViewIfNeeded();
  await look(page, "dashboard-months");
  const month = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" }).format(at);
  await page.getByRole("link", { name: new RegExp(`^${month}: \\d+$`) }).click();
  await expect(page.getByRole("link", { name: "expires-in-a-month" })).toBeVisible();
});

test("whoever has nothing yet is welcomed with what to do first", async ({ stranger, world }) => {
  await world.cli("group", "create", "newcomers");
  await person(world, "newcomer", "administrator", "newcomers");
  const page = await stranger();
  await enter(page, "newcomer");
  await expect(page.getByRole("heading", { name: "Welcome to Keyferry" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "3. Create or upload a key" })).toBeVisible();
  await look(page, "dashboard-welcome");
  await page.getByRole("link", { name: "Add a connection" }).click();
  await expect(page).toHaveURL(/\/connections\/add$/);
});

test("whoever may not see keys has a dashboard of what he may see", async ({ stranger, world }) => {
  await person(world, "warden", "system-administrator");
  const page = await stranger();
  await enter(page, "warden");
  await expect(page.getByRole("link", { name: "Approvals waiting for you: 0" })).toBeVisible();
  await expect(page.getByText("Whose material")).toHaveCount(0);
  await expect(page.getByText("Open alerts")).toHaveCount(0);
  await look(page, "dashboard-few-rights");
});

test("help is a click away: the words of a page, and where the guide is", async ({ page }) => {
  await page.goto("/keystores");
  await page.getByRole("banner").getByRole("button", { name: "Help" }).click();
  await expect(page.getByRole("heading", { name: "Keystores", level: 2 })).toBeVisible();
  await expect(page.getByText(/A named set of KMS keys under one connection/)).toBeVisible();
  await expect(page.getByText(/The whole guide comes with Keyferry/)).toBeVisible();
  await look(page, "help");
});
