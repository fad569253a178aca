// What one person alone must not do. Rules hold for a whole world, so that these journeys have one of their own,
// and each goes on from the one before.
import type { Locator, Page } from "@playwright/test";

import { enter, forgetProof, kmsKey, PASSWORD, person } from "./others";
import { choose } from "./steps";
import { apart, expect, look, signIn } from "./world";

const test = apart(async (world) => {
  for (const name of ["bob", "carol", "dave"]) await person(world, name, "system-administrator");
  // Of a rule of one group its own administrators decide.
  await world.cli("role", "give", "administrator", "--to", "carol", "--group", "default");
});

test.describe.configure({ mode: "serial" });

async function decide(page: Page, verb: "Approve" | "Reject", comment: string): Promise<void> {
  await page.getByRole("button", { name: verb, exact: true }).click();
  const dialog = page.getByRole("dialog", { name: new RegExp(`^${verb}: `) });
  await dialog.getByLabel("Comment").fill(comment);
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  const said = verb === "Approve" ? "You approved it." : "You rejected it.";
  await expect(dialog.getByText(said)).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
}

test("a rule is set from the screen once somebody else, who proves who he is, has agreed", async ({
  page,
  stranger,
}) => {
  test.slow();
  await page.goto("/approvals");
  await expect(page.getByText("Nothing waits", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Rules" }).click();
  await expect(page.getByText("Nothing waits for others")).toBeVisible();
  await page.getByRole("button", { name: "Set rule" }).click();
  const setting = page.getByRole("dialog", { name: "Set" });
  await setting.getByLabel("People").fill("21");
  await setting.getByRole("button", { name: "Preview" }).click();
  await expect(setting.getByText("request.invalid")).toBeVisible();
  await setting.getByLabel("People").fill("1");
  await setting.getByRole("button", { name: "Preview" }).click();
  await expect(setting.getByText(/^Destructive actions will want the consent/)).toBeVisible();
  await look(page, "approval-rule");
  await setting.getByRole("button", { name: "Carry out" }).click();
  await expect(setting.getByText("Others have to approve this")).toBeVisible();
  await setting.getByLabel("Reason").fill("nobody loses a key alone");
  await setting.getByRole("button", { name: "Ask for approval" }).click();
  await setting.getByRole("link", { name: "Open the request" }).click();
  await expect(page.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);

  const bob = await stranger();
  await enter(bob, "bob");
  await bob.getByRole("link", { name: "Approvals waiting for you: 1" }).click();
  const row = bob.getByRole("row", { name: /approval-rule.manage.*Decide.*1 of bob, carol, dave.*admin/ });
  await expect(row).toBeVisible();
  await look(bob, "approvals");
  await row.getByRole("link", { name: "approval-rule.manage" }).click();
  await expect(bob.getByText("destructive", { exact: true })).toBeVisible();
  await look(bob, "approval");

  await forgetProof(bob);
  await bob.getByRole("button", { name: "Approve", exact: true }).click();
  const approving = bob.getByRole("dialog", { name: /^Approve: / });
  await approving.getByLabel("Comment").fill("seen");
  await approving.getByRole("button", { name: "Preview" }).click();
  const proving = bob.getByRole("dialog", { name: "Is it still you?" });
  await proving.getByLabel("Password").fill("somebody else's");
  await proving.getByRole("button", { name: "Confirm" }).click();
  await expect(
    proving
      .getByRole("group")
      .getByText(/\w+\.\w+/)
      .first(),
  ).toBeVisible();
  await proving.getByLabel("Password").fill(PASSWORD);
  await proving.getByRole("button", { name: "Confirm" }).click();
  await expect(proving).toHaveCount(0);
  await look(bob, "approval-decision");
  await approving.getByRole("button", { name: "Carry out" }).click();
  await expect(approving.getByText("You approved it.")).toBeVisible();

  await expect(page.getByText("Ready to be carried out")).toBeVisible();
  await page.getByRole("button", { name: "Carry out" }).click();
  const running = page.getByRole("dialog", { name: "Carry out: approval-rule.manage" });
  await running.getByRole("button", { name: "Carry out" }).click();
  await expect(running.getByText("Done", { exact: true })).toBeVisible();
  await running.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Carried out", { exact: true })).toBeVisible();
  await page.goto("/approvals/rules");
  await expect(page.getByRole("row", { name: /Destructive.*The whole installation.*1.*72 h/ })).toBeVisible();
  await look(page, "approval-rules");
});

test("what is destructive waits for another person, who sees its plan, and is then carried out", async ({
  page,
  stranger,
  world,
}) => {
  await world.kmsKey("to-delete");
  // The command ends with an exit code of its own once others are asked.
  const asking = ["--days", "30", "--yes", "--ask", "its system is shut down"];
  await expect(world.cli("kms-key", "schedule-deletion", "to-delete", ...asking)).rejects.toThrow();

  const carol = await stranger();
  await enter(carol, "carol");
  await carol.getByRole("link", { name: "Approvals waiting for you: 1" }).click();
  await carol
    .getByRole("row", { name: /its system is shut down/ })
    .getByRole("link")
    .click();
  await expect(carol.getByText("ScheduleKeyDeletion").first()).toBeVisible();
  await expect(carol.getByText("What it means")).toBeVisible();
  await look(carol, "approval-with-plan");
  await decide(carol, "Approve", "");
  await expect(carol.getByRole("button", { name: "Approve", exact: true })).toHaveCount(0);

  await page.goto("/");
  await page.getByRole("link", { name: "Yours to carry out: 1" }).click();
  await page
    .getByRole("row", { name: /its system is shut down/ })
    .getByRole("link")
    .click();
  await page.getByRole("button", { name: "Carry out", exact: true }).click();
  const running = page.getByRole("dialog", { name: /^Carry out: / });
  await expect(running.getByText("ScheduleKeyDeletion").first()).toBeVisible();
  await running.getByRole("button", { name: "Carry out" }).click();
  await expect(running.getByText("Succeeded").first()).toBeVisible();
  await look(page, "approval-carried-out");
  expect(await kmsKey(world, "to-delete")).toMatchObject({ status: "PENDING DELETE" });
});

test("one no ends a request, and whoever asked sees who said it and why", async ({ page, stranger }) => {
  await page.goto("/approvals/rules");
  await page.getByRole("radio", { name: "Select destructive" }).check();
  await page.getByRole("button", { name: "Remove" }).click();
  const removing = page.getByRole("dialog", { name: "Remove the rule for destructive" });
  await removing.getByLabel("To confirm, type installation").fill("installation");
  await removing.getByRole("button", { name: "Carry out" }).click();
  await removing.getByLabel("Reason").fill("it is in my way");
  await removing.getByRole("button", { name: "Ask for approval" }).click();
  await removing.getByRole("link", { name: "Open the request" }).click();
  await expect(page.getByText("Nobody has decided yet.")).toBeVisible();

  const dave = await stranger();
  await enter(dave, "dave");
  await dave.goto(new URL(page.url()).pathname);
  await decide(dave, "Reject", "it is there for you");
  await expect(page.getByText("it is there for you")).toBeVisible();
  await expect(page.getByRole("row", { name: /dave.*Rejected/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Carry out" })).toHaveCount(0);
  await look(page, "approval-rejected");
});

test("whoever asked takes a request back", async ({ page, world }) => {
  await world.kmsKey("to-keep");
  const asking = ["--days", "30", "--yes", "--ask", "a mistake"];
  await expect(world.cli("kms-key", "schedule-deletion", "to-keep", ...asking)).rejects.toThrow();
  await page.goto("/approvals");
  await page
    .getByRole("row", { name: /a mistake/ })
    .getByRole("link")
    .click();
  await page.getByRole("button", { name: "Take back" }).click();
  const taking = page.getByRole("dialog", { name: /^Take back: / });
  await taking.getByRole("button", { name: "Carry out" }).click();
  await expect(taking.getByText("Done", { exact: true })).toBeVisible();
  await taking.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Taken back", { exact: true })).toBeVisible();
  await page.goto("/approvals");
  await expect(page.getByText("Nothing waits", { exact: true })).toBeVisible();
  await page.getByText("Also what is over").click();
  await expect(page.getByRole("row", { name: /a mistake/ }).getByText("Taken back")).toBeVisible();
});

test("a rule of one group is set with the right hours, and a rule is removed once another person agreed", async ({
  page,
  stranger,
  world,
}) => {
  test.slow();
  const carol = await stranger();
  await carol.goto("/");
  await signIn(carol, "carol", PASSWORD);
  /** Asks for it, has it approved, and carries it out. */
  const together = async (dialog: Locator, reason: string) => {
    await dialog.getByRole("button", { name: "Carry out" }).click();
    await dialog.getByLabel("Reason").fill(reason);
    await dialog.getByRole("button", { name: "Ask for approval" }).click();
    await dialog.getByRole("link", { name: "Open the request" }).click();
    await expect(page.getByText("Nobody has decided yet.")).toBeVisible();
    await carol.goto(new URL(page.url()).pathname);
    await decide(carol, "Approve", "so be it");
    await expect(page.getByText("Ready to be carried out")).toBeVisible();
    await page.getByRole("button", { name: "Carry out" }).click();
    const running = page.getByRole("dialog", { name: /^Carry out: / });
    await running.getByRole("button", { name: "Carry out" }).click();
    await expect(running.getByText("Done", { exact: true })).toBeVisible();
    await running.getByRole("button", { name: "Close", exact: true }).click();
    await expect(page.getByText("Carried out", { exact: true })).toBeVisible();
  };
  await page.goto("/approvals/rules");
  await page.getByRole("button", { name: "Set rule" }).click();
  const setting = page.getByRole("dialog", { name: "Set" });
  await choose(setting, "Group", "default");
  await setting.getByLabel("Hours a request waits").fill("100000");
  await setting.getByRole("button", { name: "Preview" }).click();
  await expect(setting.getByText("request.invalid")).toBeVisible();
  await look(page, "approval-rule-refused");
  await setting.getByLabel("Hours a request waits").fill("12");
  await setting.getByRole("button", { name: "Preview" }).click();
  await together(setting, "this group in half a day");
  await page.goto("/approvals/rules");
  await expect(page.getByRole("row", { name: /Destructive.*default.*1.*12 h/ })).toBeVisible();

  await page.getByRole("radio", { name: "Select destructive in default" }).check();
  await page.getByRole("button", { name: "Remove" }).click();
  const removing = page.getByRole("dialog", { name: "Remove the rule for destructive in default" });
  await removing.getByLabel("To confirm, type default").fill("installation");
  await expect(removing.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await removing.getByLabel("To confirm, type default").fill("default");
  await look(page, "approval-rule-removed");
  await together(removing, "the one of the installation is enough");
  await page.goto("/approvals/rules");
  await expect(page.getByRole("row", { name: /The whole installation/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /default/ })).toHaveCount(0);
  expect(await world.cli<unknown[]>("approval-rule", "list")).toHaveLength(1);
});
