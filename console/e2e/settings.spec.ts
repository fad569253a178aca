import { expect, look, test } from "./world";

test("each card of the settings leads to what it names", async ({ page }) => {
  await page.goto("/settings");
  await look(page, "settings");
  // What a card names whole, a page's title may say shorter.
  for (const [name, title = name] of [
    ["Seal"],
    ["Crypto policies"],
    ["Approval rules", "Rules"],
    ["Use periods"],
    ["Audit destinations"],
    ["Alert destinations", "Destinations"],
    ["Sign-in providers"],
    ["Outbound proxy"],
    ["Prepared downloads", "Downloads"],
    ["About"],
  ] as const) {
    await page.getByRole("link", { name, exact: true }).last().click();
    await expect(page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
    await page.goBack();
    await expect(page.getByRole("heading", { name: "Settings", level: 1 })).toBeVisible();
  }
});

test("a person sees which connection goes by which proxy, and gets to where that is set", async ({
  page,
  world,
}) => {
  const [first] = await world.cli<{ id: string; name: string }[]>("connection", "list");
  if (first === undefined) throw new Error("the demo has no connection");
  await page.goto("/settings/proxy");
  await expect(
    page.getByRole("row", { name: new RegExp(first.name) }).getByText("None: directly"),
  ).toBeVisible();
  await look(page, "settings-proxy");
  await page.getByRole("link", { name: first.name, exact: true }).click();
  await expect(page).toHaveURL(`/connections/${first.id}`);
});

test("a person sees that the server is ready, and the key of its log", async ({ page, world }) => {
  const { key } = await world.cli<{ key: string }>("audit", "key");
  await page.goto("/settings/about");
  await expect(page.getByText(key)).toBeVisible();
  await expect(page.getByText("Ready", { exact: true })).toBeVisible();
  await expect(page.getByText("Apache License 2.0")).toBeVisible();
  await look(page, "settings-about");
});

test("an audit destination with a wrong address is refused, and one is added, tested and removed", async ({
  page,
  world,
}) => {
  await page.goto("/settings/audit-destinations");
  await expect(page.getByText("No audit destinations")).toBeVisible();
  await page.getByRole("button", { name: "Add destination" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("siem");
  await dialog.getByRole("button", { name: /^Kind/ }).click();
  await page.getByRole("option", { name: "Webhook" }).click();
  await dialog.getByLabel("Address", { exact: true }).fill("no address at all");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/request\.invalid/)).toBeVisible();
  await look(page, "settings-destination-refused");
  await dialog.getByLabel("Address", { exact: true }).fill("https://127.0.0.1:1/entries");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Signing secret")).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /siem Webhook/ })).toBeVisible();

  await page.getByRole("radio", { name: "Select siem" }).check();
  await page.getByRole("button", { name: "Test", exact: true }).click();
  const trial = page.getByRole("dialog", { name: "Send a trial to siem" });
  await expect(trial.getByText("A trial message goes to https://127.0.0.1:1/")).toBeVisible();
  await trial.getByRole("button", { name: "Carry out" }).click();
  await expect(trial.getByText("the trial message was not taken")).toBeVisible();
  await look(page, "settings-destination-tested");
  await trial
    .getByRole("button", { name: /Close|Cancel/ })
    .last()
    .click();

  await look(page, "settings-destinations");
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  const removal = page.getByRole("dialog", { name: "Remove siem" });
  await removal.getByLabel("To confirm, type siem").fill("siem");
  await removal.getByRole("button", { name: "Carry out" }).click();
  await removal.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("No audit destinations")).toBeVisible();
  expect(await world.cli("audit", "destination", "list")).toEqual([]);
});

test("a period of use is opened for an application, and closed early", async ({ page, world }) => {
  await world.cli("application", "create", "month-end");
  await page.goto("/settings/use-periods");
  await page.getByRole("button", { name: "Open period" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Application/ }).click();
  await page.getByRole("option", { name: "month-end" }).click();
  await dialog.getByLabel("Minutes").fill("1441");
  await expect(dialog.getByText("A whole number from 1 to 1,440")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByLabel("Minutes").fill("30");
  await dialog.getByLabel("Reason").fill("the monthly run");
  await look(page, "settings-period-open");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  const row = page.getByRole("row", { name: /month-end/ });
  await expect(row.getByText("Open", { exact: true })).toBeVisible();
  await expect(row.getByText("the monthly run")).toBeVisible();
  await look(page, "settings-periods");

  await page.getByRole("radio", { name: /Select month-end/ }).check();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  const closing = page.getByRole("dialog", { name: "Close the period of month-end" });
  await closing.getByRole("button", { name: "Carry out" }).click();
  await closing.getByRole("button", { name: "Close", exact: true }).click();
  await expect(row.getByText("Closed early")).toBeVisible();
  const periods = await world.cli<{ state: string }[]>("use-period", "list");
  expect(periods.map(({ state }) => state)).toContain("closed");
});
