import { connection } from "./aws";
import { expect, look, test } from "./world";

test("somebody sees whether a connection works, and what the doctor finds", async ({ page }) => {
  await page.goto("/connections");
  await page.getByRole("link", { name: "production", exact: true }).click();
  await expect(page.getByText("111122223333").first()).toBeVisible();
  await look(page, "connection");
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByText("Successfully connected to the AWS account 111122223333")).toBeVisible();
  await page.getByRole("tab", { name: "KMS keys" }).click();
  await expect(page.getByRole("link", { name: "invoices", exact: true })).toBeVisible();
  await page.getByRole("tab", { name: "Doctor" }).click();
  await page.getByRole("button", { name: "Examine" }).click();
  await expect(page.getByText("Everything is as it should be")).toBeVisible();
  await expect(page.getByRole("row", { name: /quotas/ })).toContainText("GetParametersForImport 1");
  await look(page, "connection-doctor");
  // What makes keys in AWS and costs money is carried out, and is not tried by a click.
  await page.getByRole("button", { name: "Try the main job on throw-away keys" }).click();
  const dialog = page.getByRole("dialog", { name: /^Try the main job of .+ on throw-away keys$/ });
  await expect(dialog.getByText(/costs some cents/)).toBeVisible();
  await look(page, "connection-throw-away");
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeEnabled();
  await dialog.getByRole("button", { name: "Cancel" }).click();
});

test("an administrator of the account gets the policies in his format, and the hosts", async ({ page }) => {
  await page.goto("/connections");
  await page.getByRole("link", { name: "staging", exact: true }).click();
  await page.getByRole("tab", { name: "Set up in AWS" }).click();
  await page.getByLabel("Who may assume the role").fill("not an account");
  await expect(page.getByLabel("Permissions", { exact: true })).toHaveValue(/444455556666/);
  await expect(page.getByLabel("Trust policy", { exact: true })).toHaveCount(0);
  await page.getByLabel("Who may assume the role").fill("111122223333");
  await expect(page.getByLabel("Trust policy", { exact: true })).toHaveValue(/keyferry-demo-staging/);
  await page.getByRole("button", { name: /^Format/ }).click();
  await page.getByRole("option", { name: "Terraform" }).click();
  await expect(page.getByLabel("Template", { exact: true })).toHaveValue(/aws_iam_role/);
  await expect(page.getByRole("table", { name: "Hosts for the firewall" })).toContainText("127.0.0.1");
  await look(page, "connection-setup");
});

test("an access key rotates by schedule, and not while others begin with it", async ({ page, world }) => {
  await connection(world, "scheduled");
  await page.goto("/connections");
  await page.getByRole("link", { name: "production", exact: true }).click();
  await page.getByRole("tab", { name: "Access key" }).click();
  await page.getByRole("button", { name: "Rotate now" }).click();
  const refused = page.getByRole("dialog", { name: "Rotate the access key of production" });
  await expect(refused.getByText("is used by other connections, too: staging")).toBeVisible();
  await refused.getByRole("button", { name: "Cancel" }).click();

  await page.goto("/connections");
  await page.getByRole("link", { name: "scheduled", exact: true }).click();
  await page.getByRole("tab", { name: "Access key" }).click();
  await page.getByRole("button", { name: "Edit schedule" }).click();
  const dialog = page.getByRole("dialog", { name: "When the access key of scheduled rotates" });
  await dialog.getByLabel("Regularly").check();
  await dialog.getByRole("button", { name: /^Every/ }).click();
  await dialog.getByRole("option", { name: "90 days" }).click();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByRole("row", { name: /Every 90 days/ })).toBeVisible();
  await look(page, "connection-access-key-schedule");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Done")).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Every 90 days")).toBeVisible();
  const shown = await world.cli<{ access_key: { every: string } }>("connection", "show", "scheduled");
  expect(shown.access_key.every).toBe("90d");
});

test("a connection's rotation is what its next keystore takes over", async ({ page, world }) => {
  await connection(world, "yearly");
  await page.goto("/connections");
  await page.getByRole("link", { name: "yearly", exact: true }).click();
  await page.getByRole("tab", { name: "Schedules" }).click();
  await page.getByRole("button", { name: "Edit rotation" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotation that keystores take over from yearly" });
  await dialog.getByLabel("By a line of cron").check();
  await dialog.getByRole("textbox", { name: "Line of cron" }).fill("every month");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByRole("button", { name: "Try again" })).toBeVisible();
  await dialog.getByRole("textbox", { name: "Line of cron" }).fill("0 3 1 1 *");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/0 3 1 1 \*/).first()).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Done")).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await world.cli("keystore", "create", "heirs", "--connection", "yearly", "--region", "eu-central-1");
  const heirs = await world.cli<{ template: { rotation: { cron: string } } }>("keystore", "show", "heirs");
  expect(heirs.template.rotation.cron).toBe("0 3 1 1 *");
});

test("a connection is deleted by its typed name, once no keystore uses it", async ({ page, world }) => {
  await connection(world, "to-delete");
  await page.goto("/connections");
  await page.getByRole("link", { name: "staging", exact: true }).click();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const kept = page.getByRole("dialog", { name: "Delete staging" });
  await expect(kept.getByText("One keystore uses it")).toBeVisible();
  await kept.getByRole("button", { name: "Preview" }).click();
  await expect(kept.getByText("the connection is still in use")).toBeVisible();
  await look(page, "connection-delete-in-use");
  await kept.getByRole("button", { name: "Cancel" }).click();

  await page.goto("/connections");
  await page.getByRole("link", { name: "to-delete", exact: true }).click();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete to-delete" });
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByLabel("To confirm, type to-delete").fill("TO-DELETE");
  await expect(dialog.getByText("That is not the name.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await dialog.getByLabel("To confirm, type to-delete").fill("to-delete");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(page.getByRole("heading", { name: /^Connections/ })).toBeVisible();
  await expect(page.getByRole("link", { name: "staging", exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "to-delete", exact: true })).toHaveCount(0);
});
