import { expect, look, test } from "./world";

test("a KMS key is disabled after its plan was looked at, and the list shows it", async ({ page, world }) => {
  await world.kmsKey("to-disable");
  await page.goto("/kms-keys");
  await look(page, "kms-keys");
  await page.getByRole("checkbox", { name: "Select to-disable" }).check();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Disable" }).click();
  const dialog = page.getByRole("dialog", { name: "Disable to-disable" });
  await expect(dialog.getByText("DisableKey").first()).toBeVisible();
  await look(page, "operation-preview");
  await dialog.getByLabel("To confirm, type to-disable").fill("to-disable");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible();
  await look(page, "operation-done");
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(
    page.getByRole("row", { name: /to-disable/ }).getByText("DISABLED", { exact: true }),
  ).toBeVisible();
});

test("an answer that fails is told, and the second try is the same request: it is carried out once", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-try-twice");
  const keys: (string | undefined)[] = [];
  await page.route("**/api/v1/kms-keys/*/disable*", async (route) => {
    const isTrial = new URL(route.request().url()).searchParams.get("dry_run") === "true";
    if (isTrial) return route.continue();
    keys.push(route.request().headers()["idempotency-key"]);
    if (keys.length > 1) return route.continue();
    // The server begins, and its answer is lost on the way.
    await route.fetch();
    return route.fulfill({ status: 500, body: "the way back is broken" });
  });
  await page.goto("/kms-keys?name=to-try-twice");
  await page.getByRole("checkbox", { name: "Select to-try-twice" }).check();
  await page.getByRole("button", { name: "Actions", exact: true }).click();
  await page.getByRole("menuitem", { name: "Disable", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Disable to-try-twice" });
  await dialog.getByLabel("To confirm, type to-try-twice").fill("to-try-twice");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("The server answered 500.")).toBeVisible();
  await look(page, "operation-failed");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0]]);
  const jobs = await world.cli<{ title: string }[]>("job", "list");
  expect(jobs.filter(({ title }) => /disable to-try-twice/.test(title))).toHaveLength(1);
});
