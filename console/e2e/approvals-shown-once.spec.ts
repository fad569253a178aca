// A rule holds for a whole world, so that this journey has one of its own.
import { approve, enter, person } from "./others";
import { shownOnce } from "./steps";
import { apart, expect, look } from "./world";

const test = apart(async (world) => {
  await person(world, "bob", "system-administrator");
  await person(world, "frank", "operator", "default");
});

test("whoever has an approved reset carried out gets the first password, which is shown once", async ({
  page,
  stranger,
  world,
}) => {
  test.slow();
  const bob = await stranger();
  await enter(bob, "bob");
  const run = async () => {
    await expect(page.getByText("Ready to be carried out")).toBeVisible();
    await page.getByRole("button", { name: "Carry out" }).click();
    const dialog = page.getByRole("dialog", { name: /^Carry out: / });
    await dialog.getByRole("button", { name: "Carry out" }).click();
    return dialog;
  };
  const ask = ["--yes", "--ask", "nobody does this alone"];
  const rule = ["approval-rule", "set", "destructive", "--approvers", "1", ...ask];
  await expect(world.cli(...rule)).rejects.toThrow();
  await approve(bob);
  await page.goto("/approvals");
  await page
    .getByRole("row", { name: /nobody does this alone/ })
    .getByRole("link")
    .click();
  await expect((await run()).getByText("Done", { exact: true })).toBeVisible();

  await page.goto("/users");
  await page.getByRole("link", { name: "frank", exact: true }).click();
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Reset password" }).click();
  const reset = page.getByRole("dialog", { name: /Reset password/ });
  await reset.getByRole("button", { name: "Carry out" }).click();
  await reset.getByLabel("Reason").fill("he forgot it");
  await reset.getByRole("button", { name: "Ask for approval" }).click();
  await reset.getByRole("link", { name: "Open the request" }).click();
  await approve(bob);
  const carried = await run();
  await expect(carried.getByText("First password", { exact: true })).toBeVisible();
  await look(page, "approval-shown-once");
  const password = await shownOnce(carried, "First password");

  const frank = await stranger();
  await frank.goto("/");
  await frank.getByLabel("User name").fill("frank");
  await frank.getByLabel("Password", { exact: true }).fill(password);
  await frank.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(frank.getByLabel("First password")).toBeVisible();
});
