import type { Page } from "@playwright/test";

import { codeOf } from "./access";
import { enter, isKnown, PASSWORD, person } from "./others";
import { carryOut, choose, close, shownOnce } from "./steps";
import { expect, look, signIn, test } from "./world";

// Each goes through many pages.
test.slow();

/** Sets up a second factor as the person who is signed in; gives its secret. */
async function secondFactor(page: Page): Promise<string> {
  await page.goto("/me");
  await page.getByRole("button", { name: "Set up" }).click();
  const dialog = page.getByRole("dialog", { name: "Set up" });
  await dialog.getByLabel("Your password").fill(PASSWORD);
  await dialog.getByRole("button", { name: "Next" }).click();
  const secret = await shownOnce(dialog, "Secret, to be typed into the authenticator");
  await dialog.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await dialog.getByRole("button", { name: "Confirm" }).click();
  await expect(dialog.getByText("Recovery codes", { exact: true })).toBeVisible();
  return secret;
}

const NEXT_PASSWORD = "a long way to the ferry 7";

test("a person is added, signs in with the first password, must change it, and sees what a role gives", async ({
  page,
  stranger,
}) => {
  await page.goto("/users");
  await look(page, "users");
  await page.getByRole("button", { name: "Create user" }).click();
  const dialog = page.getByRole("dialog", { name: "Create user" });
  await dialog.getByLabel("User name").fill("admin");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/admin/).first()).toBeVisible();
  await expect(dialog.getByText("request.name-taken").or(dialog.getByText(/taken/)).first()).toBeVisible();
  await dialog.getByLabel("User name").fill("ann");
  await dialog.getByLabel("Full name").fill("Ann Lee");
  await look(page, "users-create");
  await carryOut(page.getByRole("dialog"));
  const created = page.getByRole("dialog");
  const password = await shownOnce(created, "First password");
  await look(page, "users-created");
  await created.getByRole("link", { name: "ann" }).click();
  await expect(page.getByRole("heading", { name: "ann", level: 1 })).toBeVisible();
  await expect(page.getByText("In no group")).toBeVisible();

  const other = await stranger();
  await other.goto("/");
  await other.getByLabel("User name").fill("ann");
  await other.getByLabel("Password", { exact: true }).fill(password);
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  await other.getByLabel("First password").fill(password);
  await other.getByLabel("New password", { exact: true }).fill(NEXT_PASSWORD);
  await other.getByLabel("New password again").fill("something else");
  await expect(other.getByText("The two are not the same.")).toBeVisible();
  await other.getByLabel("New password again").fill(NEXT_PASSWORD);
  await other.getByRole("button", { name: "Change password" }).click();
  await expect(other.getByRole("button", { name: "ann" })).toBeVisible();
  await other.goto("/groups");
  await expect(other.getByText("access.denied")).toBeVisible();
  await other.goto("/users");
  await expect(other.getByText("access.denied")).toBeVisible();
  await expect(other.getByRole("link", { name: "admin" })).toBeHidden();
  await look(other, "users-denied");

  await page.getByRole("button", { name: "Give role" }).click();
  const giving = page.getByRole("dialog", { name: "Give role" });
  await choose(giving, "Role", "auditor");
  await choose(giving, "Group", "default");
  await look(page, "users-give-role");
  await carryOut(giving);
  await close(giving);
  await expect(page.getByText("production: Connected", { exact: true })).toBeVisible();
  await look(page, "user");

  await other.goto("/groups");
  await expect(other.getByRole("link", { name: "default" })).toBeVisible();
  await other.goto("/me");
  await expect(other.getByRole("row", { name: /default.*auditor/ }).first()).toBeVisible();
});

test("whoever leaves is shown with all that ends, before it ends", async ({ page, world }) => {
  await world.cli("user", "create", "leaver");
  await world.cli("role", "give", "operator", "--to", "leaver", "--group", "default");
  await page.goto("/users");
  await page.getByRole("link", { name: "leaver" }).click();
  await expect(page.getByRole("heading", { name: "leaver", level: 1 })).toBeVisible();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Offboard" }).click();
  const dialog = page.getByRole("dialog", { name: "Offboard: leaver" });
  await expect(dialog.getByText("operator in default")).toBeVisible();
  await expect(dialog.getByText("Roles that are taken (1)")).toBeVisible();
  const go = dialog.getByRole("button", { name: "Carry out" });
  await expect(go).toBeDisabled();
  await dialog.getByLabel("To confirm, type leaver").fill("leaver");
  await look(page, "user-offboard");
  await go.click();
  await expect(dialog.getByText("Has left").first()).toBeVisible();
  await close(dialog);
  await expect(page.getByText("Has left").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Actions" })).toBeDisabled();
  expect(await world.cli<{ state: string }>("user", "show", "leaver")).toMatchObject({ state: "offboarded" });
});

test("a person is locked and unlocked, gets another name and password, and is joined with another account and parted again", async ({
  page,
  world,
}) => {
  await world.cli("user", "create", "lee");
  await world.cli("user", "create", "lee-second");
  await page.goto("/users");
  await page.getByRole("link", { name: "lee", exact: true }).click();
  const act = async (name: string) => {
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name, exact: true }).click();
    return page.getByRole("dialog");
  };
  let dialog = await act("Lock");
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("Locked", { exact: true })).toBeVisible();
  dialog = await act("Unlock");
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("Active", { exact: true })).toBeVisible();
  dialog = await act("Change full name");
  await dialog.getByLabel("Full name").fill("L".repeat(300));
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("request.invalid")).toBeVisible();
  await dialog.getByLabel("Full name").fill("Lee Grant");
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("Lee Grant", { exact: true })).toBeVisible();
  dialog = await act("Reset password");
  await carryOut(dialog);
  expect(await shownOnce(dialog, "First password")).toMatch(/^[a-z0-9-]{12,}$/);
  await close(dialog);
  dialog = await act("Same person as…");
  await choose(dialog, "Other account", "lee-second");
  await carryOut(dialog);
  await close(dialog);
  const told = await world.cli<{ same_person_as: string[] }>("user", "show", "lee");
  expect(told.same_person_as).toEqual(["lee-second"]);
  await expect(page.getByText("lee-second", { exact: true })).toBeVisible();
  dialog = await act("Not the same person");
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("lee-second", { exact: true })).toHaveCount(0);
  const parted = await world.cli<{ same_person_as: string[] }>("user", "show", "lee");
  expect(parted.same_person_as).toEqual([]);
});

test("whoever lost the second factor has it reset, signs in without it and sets up another", async ({
  page,
  stranger,
  world,
}) => {
  await person(world, "losty");
  const theirs = await stranger();
  await enter(theirs, "losty");
  const lost = await secondFactor(theirs);
  await theirs.getByRole("button", { name: "Sign in now" }).click();

  await page.goto("/users");
  await page.getByRole("link", { name: "losty", exact: true }).click();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Reset second factor" }).click();
  const dialog = page.getByRole("dialog", { name: "Reset second factor" });
  await look(page, "user-second-factor-reset");
  await carryOut(dialog);
  await close(dialog);
  await page.getByRole("button", { name: "Actions" }).click();
  const item = page.getByRole("menuitem", { name: "Reset second factor" });
  await expect(item).toHaveAttribute("aria-disabled", "true");

  await signIn(theirs, "losty", PASSWORD);
  const found = await secondFactor(theirs);
  await theirs.getByRole("button", { name: "Sign in now" }).click();
  await theirs.getByLabel("User name").fill("losty");
  await theirs.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await theirs.getByRole("button", { name: "Sign in", exact: true }).click();
  const code = theirs.getByLabel("Code of your second factor");
  await code.fill(codeOf(lost, 1));
  await theirs.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(theirs.getByRole("alert").filter({ hasText: "code" })).toBeVisible();
  await code.fill(codeOf(found, 1));
  await theirs.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(theirs.getByRole("button", { name: "losty" })).toBeVisible();
});

test("whoever looks after people ends one session of somebody, and then all with the tokens", async ({
  page,
  stranger,
  world,
}) => {
  await person(world, "sessa");
  const [first, second] = [await stranger(), await stranger()];
  await enter(first, "sessa");
  await second.goto("/me");
  await signIn(second, "sessa", PASSWORD);
  await second.getByRole("button", { name: "Create token" }).click();
  const making = second.getByRole("dialog", { name: "Create token" });
  await making.getByLabel("Name", { exact: true }).fill("hers");
  await carryOut(making);
  const token = await shownOnce(making, "Token");
  await close(making);
  expect(await isKnown(world, token)).toBe(true);

  await page.goto("/users");
  await page.getByRole("link", { name: "sessa", exact: true }).click();
  const sessions = page.getByRole("radio", { name: /^Select Session begun/ });
  await expect(sessions).toHaveCount(2);
  await sessions.first().check();
  await look(page, "user-sessions");
  await page.getByRole("button", { name: "End session", exact: true }).click();
  let dialog = page.getByRole("dialog", { name: "End session" });
  await carryOut(dialog);
  await close(dialog);
  await expect(sessions).toHaveCount(1);
  const isOut = async (one: Page) => {
    await one.reload();
    const form = one.getByLabel("User name");
    await expect(form.or(one.getByRole("button", { name: "sessa" })).first()).toBeVisible();
    return form.isVisible();
  };
  expect([await isOut(first), await isOut(second)].toSorted()).toEqual([false, true]);

  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "End sessions" }).click();
  dialog = page.getByRole("dialog", { name: "End sessions" });
  await dialog.getByRole("checkbox", { name: "Revoke the API tokens too" }).check();
  await look(page, "user-end-sessions");
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("No sessions")).toBeVisible();
  expect([await isOut(first), await isOut(second)]).toEqual([true, true]);
  expect(await isKnown(world, token)).toBe(false);
});
