// What is typed wrong is told where it was typed, or in the dialog with what to do, and nothing is made of it.
import { act, keyPage } from "./keys";
import { choose } from "./steps";
import { expect, look, test } from "./world";

// Each goes through several dialogs.
test.slow();

interface Named {
  name: string;
}

test("a wrong number of versions, a name that is taken and an unknown period are told in the dialogs of keys", async ({
  page,
  world,
}) => {
  await world.cli("key", "create", "taken-name", "--exportable");
  await page.goto("/keys");
  await page.getByRole("button", { name: "Create key" }).first().click();
  const creating = page.getByRole("dialog", { name: "Create key" });
  await expect(creating.getByRole("button", { name: "Preview" })).toBeDisabled();
  await creating.getByLabel("Name").fill("taken-name");
  await creating.getByLabel("Active versions at most").fill("0");
  await expect(creating.getByText("Give a whole number of 1 or more.")).toBeVisible();
  await expect(creating.getByRole("button", { name: "Preview" })).toBeDisabled();
  await look(page, "wrong-key-versions");
  await creating.getByLabel("Active versions at most").fill("5");
  await creating.getByRole("button", { name: "Preview" }).click();
  await expect(creating.getByText(/there already is a key with this name/)).toBeVisible();
  await expect(creating.getByRole("button", { name: "Carry out" })).toHaveCount(0);
  await look(page, "wrong-key-name");
  await creating.getByRole("button", { name: "Cancel" }).click();

  await keyPage(page, world, "taken-name");
  await page.getByRole("tab", { name: "Rotation policy" }).click();
  await page.getByRole("button", { name: "Set rotation policy" }).click();
  const policy = page.getByRole("dialog", { name: "Rotation policy of taken-name" });
  await choose(page, "Every", "Another period");
  await policy.getByRole("textbox", { name: "Another period" }).fill("often");
  await expect(policy.getByRole("button", { name: "Preview" })).toBeDisabled();
  await policy.getByRole("button", { name: "Cancel" }).click();

  await act(page, "Edit");
  const editing = page.getByRole("dialog", { name: /taken-name/ });
  await editing.getByLabel("Name", { exact: true }).fill("webhooks");
  await editing.getByRole("button", { name: "Preview" }).click();
  await expect(editing.getByText(/there already is a key with this name/)).toBeVisible();
  await editing.getByRole("button", { name: "Cancel" }).click();
  const all = await world.cli<Named[]>("key", "list");
  expect(all.filter(({ name }) => name === "webhooks")).toHaveLength(1);
  expect(all.filter(({ name }) => name === "taken-name")).toHaveLength(1);
});

test("names of people, groups and roles that are taken or make no sense are refused with a reason", async ({
  page,
  world,
}) => {
  for (const [path, button, name, reason] of [
    ["/users", "Create user", "admin", /already/],
    ["/groups", "Create group", "default", /already/],
  ] as const) {
    await page.goto(path);
    await page.getByRole("button", { name: button }).first().click();
    const dialog = page.getByRole("dialog", { name: button });
    await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
    await dialog
      .getByLabel(/^(Name|User name)$/)
      .first()
      .fill(name);
    await dialog.getByRole("button", { name: "Preview" }).click();
    await expect(dialog.getByRole("group").getByText(reason).first()).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Carry out" })).toHaveCount(0);
    await dialog.getByRole("button", { name: "Cancel" }).click();
  }
  await page.goto("/roles");
  await page.getByRole("button", { name: "Create role" }).click();
  const role = page.getByRole("dialog", { name: "Create role" });
  await role.getByLabel("Name", { exact: true }).fill("does-nothing");
  await expect(role.getByRole("button", { name: "Preview" })).toBeDisabled();
  await look(page, "wrong-role");
  await role.getByRole("button", { name: "Cancel" }).click();
  const roles = await world.cli<Named[]>("role", "list");
  expect(roles.map(({ name }) => name)).not.toContain("does-nothing");
});

test("what is taken, excluded or written wrongly is told in the dialogs of access", async ({
  page,
  world,
}) => {
  for (const name of ["first-of-two", "second-of-two"]) await world.cli("group", "create", name);
  await page.goto("/groups");
  await page.getByRole("link", { name: "second-of-two" }).click();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const group = page.getByRole("dialog", { name: "Edit group" });
  await group.getByLabel("Name", { exact: true }).fill("first-of-two");
  await group.getByRole("button", { name: "Preview" }).click();
  await expect(group.getByText(/already/)).toBeVisible();
  await group.getByRole("button", { name: "Cancel" }).click();

  await world.cli("user", "create", "both-hands");
  await world.cli("role", "give", "system-administrator", "--to", "both-hands");
  await page.goto("/users");
  await page.getByRole("link", { name: "both-hands" }).click();
  await page.getByRole("button", { name: "Give role" }).click();
  const giving = page.getByRole("dialog", { name: "Give role" });
  await expect(giving.getByRole("button", { name: "Preview" })).toBeDisabled();
  await choose(giving, "Role", "security-officer");
  await giving.getByRole("button", { name: "Preview" }).click();
  await expect(giving.getByText("role.excluded")).toBeVisible();
  await expect(giving.getByRole("button", { name: "Carry out" })).toHaveCount(0);
  await look(page, "wrong-role-given");
  await giving.getByRole("button", { name: "Cancel" }).click();

  await page.goto("/policies");
  await page.getByRole("button", { name: "Add policy" }).click();
  const policy = page.getByRole("dialog", { name: "Add policy" });
  await policy.getByLabel("Name", { exact: true }).fill("no name, but a sentence");
  await policy.getByLabel("Text", { exact: true }).fill("forbid(principal, action, resource);");
  await policy.getByRole("button", { name: "Preview" }).click();
  await expect(policy.getByText("request.bad-name")).toBeVisible();
  await policy.getByRole("button", { name: "Cancel" }).click();

  expect(await world.cli("policy", "list")).toEqual([]);
});

test("unknown keys, ports, folders and addresses that are none are told in the dialogs of settings", async ({
  page,
  world,
}) => {
  await world.cli("application", "create", "period-app");
  await page.goto("/settings/use-periods");
  await page.getByRole("button", { name: "Open period" }).first().click();
  const period = page.getByRole("dialog");
  await choose(period, "Application", "period-app");
  await period.getByLabel("Keys").fill("no-such-key");
  await period.getByRole("button", { name: "Preview" }).click();
  await expect(
    period
      .getByRole("alert")
      .getByText(/no-such-key/)
      .first(),
  ).toBeVisible();
  await look(page, "wrong-period-key");
  await period.getByRole("button", { name: "Cancel" }).click();

  await page.goto("/settings/audit-destinations");
  await page.getByRole("button", { name: "Add destination" }).click();
  const audit = page.getByRole("dialog");
  const preview = audit.getByRole("button", { name: "Preview" });
  await audit.getByLabel("Name", { exact: true }).fill("siem-wrong");
  await audit.getByLabel("Host", { exact: true }).fill("siem.example.org");
  await expect(preview).toBeEnabled();
  await audit.getByLabel(/^Port/).fill("70000");
  await expect(audit.getByText(/65,?535/)).toBeVisible();
  await expect(preview).toBeDisabled();
  await look(page, "wrong-audit-port");
  await choose(audit, "Kind", "File");
  await audit.getByLabel("File", { exact: true }).fill("../outside.jsonl");
  await preview.click();
  await expect(audit.getByText("request.invalid")).toBeVisible();
  await audit.getByRole("button", { name: "Cancel" }).click();

  await page.goto("/alerts/destinations");
  await page.getByRole("button", { name: "Add destination" }).click();
  const mail = page.getByRole("dialog", { name: "Add destination" });
  await mail.getByRole("radio", { name: /Mailboxes/ }).check();
  await mail.getByLabel("Name", { exact: true }).fill("mail-wrong");
  await mail.getByLabel("Mail server").fill("mail.example.org");
  await mail.getByLabel("From", { exact: true }).fill("keyferry@example.org");
  await mail.getByLabel("To", { exact: true }).fill("nobody at all");
  await mail.getByRole("button", { name: "Preview" }).click();
  await expect(mail.getByText("request.invalid")).toBeVisible();
  await mail.getByLabel("To", { exact: true }).fill("night@example.org");
  await mail.getByLabel("Port", { exact: true }).fill("70000");
  await expect(mail.getByText("A whole number from 1 to 65,535")).toBeVisible();
  await expect(mail.getByRole("button", { name: "Preview" })).toBeDisabled();
  await look(page, "wrong-mail-port");
  await mail.getByRole("button", { name: "Cancel" }).click();

  expect(await world.cli("audit", "destination", "list")).toEqual([]);
  expect(JSON.stringify(await world.cli("alert", "destination", "list"))).not.toContain("mail-wrong");
});
