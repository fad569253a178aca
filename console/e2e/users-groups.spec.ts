import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { carryOut, choose, chooseMany, close } from "./steps";
import { expect, look, signIn, test } from "./world";

// Each goes through many pages.
test.slow();

test("a group is made, others are added to it with a role, the role is taken, and the group is removed", async ({
  ownWorld,
  visit,
}) => {
  // A world of its own: removing a group ends the sessions of its administrator.
  const world = await ownWorld();
  const page = await visit(world);
  await page.goto("/groups");
  await signIn(page, "admin", world.password);
  await world.cli("user", "create", "gil");
  await world.cli("application", "create", "gil-app");
  await page.goto("/groups");
  await look(page, "groups");
  await page.getByRole("button", { name: "Create group" }).click();
  let dialog = page.getByRole("dialog", { name: "Create group" });
  await dialog.getByLabel("Name", { exact: true }).fill("cards");
  await carryOut(dialog);
  await close(dialog);
  await page.getByRole("link", { name: "cards" }).click();
  // Whoever makes a group is its administrator.
  await expect(page.getByRole("row", { name: /admin administrator/ })).toBeVisible();
  await expect(page.getByText("What belongs to it")).toBeVisible();

  for (const [holder, role] of [
    ["gil", "auditor"],
    ["application/gil-app", "key-user"],
  ] as const) {
    await page.getByRole("button", { name: "Give role" }).click();
    dialog = page.getByRole("dialog", { name: "Give role" });
    await choose(dialog, "Person or application", holder);
    await choose(dialog, "Role", role);
    await carryOut(dialog);
    await close(dialog);
  }
  await expect(page.getByRole("row", { name: /gil-app key-user Application/ })).toBeVisible();
  await look(page, "group");

  await page.getByRole("radio", { name: "Select auditor, gil" }).check();
  await page.getByRole("button", { name: "Take role" }).click();
  dialog = page.getByRole("dialog", { name: "Take role auditor from gil" });
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByRole("radio", { name: "Select auditor, gil" })).toBeHidden();

  await page.getByRole("button", { name: "Edit", exact: true }).click();
  dialog = page.getByRole("dialog", { name: "Edit group" });
  await dialog.getByLabel("Description").fill("cards and their tokens");
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("cards and their tokens").first()).toBeVisible();

  await page.getByRole("button", { name: "Remove", exact: true }).click();
  dialog = page.getByRole("dialog", { name: "Remove group cards" });
  await dialog.getByLabel("To confirm, type cards").fill("cards");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  // Whoever loses a role by this signs in anew.
  await expect(page.getByText("Your session has ended. Sign in again.")).toBeVisible();
  const groups = await world.cli<{ name: string }[]>("group", "list");
  expect(groups.map(({ name }) => name)).not.toContain("cards");
});

test("a role of one's own is made for what is needed, changed, and removed", async ({ page, world }) => {
  await page.goto("/roles");
  await look(page, "roles");
  await page.getByRole("button", { name: "Create role" }).click();
  let dialog = page.getByRole("dialog", { name: "Create role" });
  await dialog.getByLabel("Name", { exact: true }).fill("rotator");
  await chooseMany(dialog, "Actions", ["kms-key.read", "kms-key.rotate"]);
  await look(page, "roles-create");
  await carryOut(dialog);
  await close(dialog);
  await page.getByRole("link", { name: "rotator" }).click();
  await expect(page.getByText("read, rotate")).toBeVisible();
  await look(page, "role");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  dialog = page.getByRole("dialog", { name: "Edit role" });
  await chooseMany(dialog, "Actions", ["kms-key.enable"]);
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("enable, read, rotate")).toBeVisible();
  const role = await world.cli<{ actions: string[] }>("role", "show", "rotator");
  expect([...role.actions].sort()).toEqual(["kms-key.enable", "kms-key.read", "kms-key.rotate"]);
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  dialog = page.getByRole("dialog", { name: "Remove role rotator" });
  await dialog.getByLabel("To confirm, type rotator").fill("rotator");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(page.getByText("Role rotator is removed.")).toBeVisible();
  await expect(page.getByRole("link", { name: "rotator" })).toBeHidden();
});

const FORBID = (action: string) =>
  `forbid(principal, action == Keyferry::Action::"${action}", resource is Keyferry::KmsKeyResource)\n` +
  `when { resource.name like "cards*" };`;

test("a policy with an error is refused with its place, a right one shows who loses what, and the rules explain it", async ({
  page,
  world,
}) => {
  await page.goto("/policies");
  await expect(page.getByText("No policies of your own")).toBeVisible();
  await look(page, "policies-empty");
  await page.getByRole("button", { name: "Add policy" }).click();
  let dialog = page.getByRole("dialog", { name: "Add policy" });
  await dialog.getByLabel("Name", { exact: true }).fill("keep-cards");
  await dialog.getByLabel("Text", { exact: true }).fill(FORBID("kms-key.shedule-deletion"));
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/line 1, column \d+.*unrecognized action/)).toBeVisible();
  await look(page, "policies-error");
  await dialog.getByLabel("Text", { exact: true }).fill(FORBID("kms-key.schedule-deletion"));
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(
    dialog.getByRole("row", { name: /admin loses kms-key.schedule-deletion kms-key\/cards/ }),
  ).toBeVisible();
  await look(page, "policies-effects");
  await carryOut(dialog);
  await close(dialog);
  await page.getByRole("link", { name: "keep-cards" }).click();
  await expect(page.getByText(/resource.name like "cards\*"/)).toBeVisible();
  await look(page, "policy");

  await page.goto("/who-can");
  const who = page.getByRole("button", { name: "Ask" }).first();
  await expect(who).toBeDisabled();
  await choose(page, "Person or application", "admin");
  await page
    .getByRole("button", { name: /^Action/ })
    .last()
    .click();
  await page.getByRole("option", { name: "kms-key.schedule-deletion" }).last().click();
  await page
    .getByRole("button", { name: /^Group/ })
    .last()
    .click();
  await page.getByRole("option", { name: "default" }).last().click();
  await page.getByLabel("Object").fill("cards");
  await page.getByRole("button", { name: "Ask" }).last().click();
  await expect(page.getByText("Not allowed")).toBeVisible();
  await expect(page.getByText("own:keep-cards", { exact: true })).toBeVisible();
  await page
    .getByRole("button", { name: /^Action/ })
    .first()
    .click();
  await page.getByRole("option", { name: "kms-key.rotate" }).first().click();
  await page
    .getByRole("button", { name: /^Group/ })
    .first()
    .click();
  await page.getByRole("option", { name: "default" }).first().click();
  await who.click();
  await expect(page.getByRole("row", { name: /admin role:administrator/ })).toBeVisible();
  await look(page, "who-can");
  // Asked again, it is told how it is now.
  await world.cli("role", "create", "turner", "--action", "kms-key.rotate");
  await world.cli("user", "create", "tara");
  await world.cli("role", "give", "turner", "--to", "tara", "--group", "default");
  await who.click();
  await expect(page.getByRole("row", { name: /tara role:turner/ })).toBeVisible();
  const harmless = join(world.folder, "harmless.cedar");
  writeFileSync(harmless, FORBID("kms-key.enable"));
  await world.cli("policy", "update", "keep-cards", "--file", harmless);
  await page.getByRole("button", { name: "Ask" }).last().click();
  await expect(page.getByText("Not allowed")).toBeHidden();

  await page.goto("/policies/keep-cards");
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  dialog = page.getByRole("dialog", { name: "Edit policy" });
  await dialog.getByLabel("Text", { exact: true }).fill(FORBID("kms-key.disable"));
  await carryOut(dialog);
  await close(dialog);
  const kept = await world.cli<{ text: string }>("policy", "show", "keep-cards");
  expect(kept.text).toContain("kms-key.disable");
  await page.getByRole("button", { name: "Remove", exact: true }).click();
  dialog = page.getByRole("dialog", { name: "Remove policy keep-cards" });
  await expect(dialog.getByRole("row", { name: /admin gains kms-key.disable/ }).first()).toBeVisible();
  await dialog.getByLabel("To confirm, type keep-cards").fill("keep-cards");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(page.getByText("Policy keep-cards is removed.")).toBeVisible();
  const left = await world.cli<unknown[]>("policy", "list");
  expect(left).toEqual([]);
});
