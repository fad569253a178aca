import { isKnown } from "./others";
import { carryOut, choose, chooseMany, close, shownOnce } from "./steps";
import { expect, look, test } from "./world";

// Each goes through many pages.
test.slow();

test("an application gets an API key that is shown once, rotates it with overlap, and loses it", async ({
  page,
  world,
}) => {
  await page.goto("/applications");
  await look(page, "applications");
  await page.getByRole("button", { name: "Create application" }).click();
  let dialog = page.getByRole("dialog", { name: "Create application" });
  await dialog.getByLabel("Name", { exact: true }).fill("billing");
  await choose(dialog, "Owning group", "default");
  await carryOut(dialog);
  await close(dialog);
  await page.getByRole("link", { name: "billing" }).click();
  await expect(page.getByText("No API keys")).toBeVisible();

  await page.getByRole("button", { name: "Give role" }).click();
  dialog = page.getByRole("dialog", { name: "Give role" });
  await choose(dialog, "Role", "key-user");
  await choose(dialog, "Group", "default");
  await carryOut(dialog);
  await close(dialog);

  await page.getByRole("button", { name: "Create API key" }).click();
  dialog = page.getByRole("dialog", { name: "Create API key" });
  await dialog.getByLabel("Name", { exact: true }).fill("production");
  await chooseMany(dialog, "Uses", ["key.encrypt", "key.decrypt"]);
  await dialog.getByRole("textbox", { name: /^Ends/ }).fill("2020-01-01");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/is not within the next 366 days/)).toBeVisible();
  await dialog.getByRole("textbox", { name: /^Ends/ }).fill("");
  await look(page, "applications-key-create");
  await carryOut(dialog);
  const first = await shownOnce(dialog, "API key");
  expect(first).toMatch(/^kfa_/);
  await look(page, "applications-key-created");
  await close(dialog);
  expect(await isKnown(world, first)).toBe(true);

  await page.getByRole("radio", { name: "Select production" }).check();
  await page.getByRole("button", { name: "Rotate" }).click();
  dialog = page.getByRole("dialog", { name: "Rotate API key production" });
  await dialog.getByLabel("Overlap in hours").fill("1000");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("request.invalid")).toBeVisible();
  await dialog.getByLabel("Overlap in hours").fill("2");
  await carryOut(dialog);
  const second = await shownOnce(dialog, "API key");
  await close(dialog);
  expect(second).not.toBe(first);
  expect(await isKnown(world, second)).toBe(true);
  expect(await isKnown(world, first)).toBe(true);
  await expect(page.getByText("Replaced, until it ends")).toBeVisible();
  await look(page, "application");

  await page
    .getByRole("row", { name: /production Replaced/ })
    .getByRole("radio")
    .check();
  await page.getByRole("button", { name: "Revoke" }).click();
  dialog = page.getByRole("dialog", { name: "Revoke API key production" });
  await dialog.getByLabel("To confirm, type production").fill("production");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("Done", { exact: true })).toBeVisible();
  await close(dialog);
  await expect(page.getByText("Revoked", { exact: true })).toBeVisible();
  expect(await isKnown(world, first)).toBe(false);
  expect(await isKnown(world, second)).toBe(true);
});

test("a certificate's name stands for an application, which is renamed, locked, unlocked and removed", async ({
  page,
  world,
}) => {
  await world.cli("application", "create", "mailer");
  await world.cli("application", "create", "newsletter");
  await page.goto("/applications");
  await page.getByRole("link", { name: "mailer" }).click();
  await page.getByRole("button", { name: "Add certificate" }).click();
  let dialog = page.getByRole("dialog", { name: "Add certificate" });
  await dialog.getByLabel("Name in the certificate").fill("mailer.example.com");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("application.bad-certificate-name")).toBeVisible();
  await dialog.getByLabel("Name in the certificate").fill("dns:mailer.example.com");
  await carryOut(dialog);
  await close(dialog);
  await page.getByRole("radio", { name: "Select dns:mailer.example.com" }).check();
  const kept = await world.cli<{ name: string }[]>("application", "certificate", "list", "mailer");
  expect(kept.map(({ name }) => name)).toEqual(["dns:mailer.example.com"]);
  await page.getByRole("button", { name: "Remove certificate" }).click();
  dialog = page.getByRole("dialog", { name: "Remove certificate dns:mailer.example.com" });
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByText("No certificates")).toBeVisible();

  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  dialog = page.getByRole("dialog", { name: "Edit application" });
  await dialog.getByLabel("Name", { exact: true }).fill("newsletter");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText("request.name-taken")).toBeVisible();
  await look(page, "application-name-taken");
  await dialog.getByLabel("Name", { exact: true }).fill("mailer-2");
  await dialog.getByLabel("Description").fill("sends what is due");
  await carryOut(dialog);
  await close(dialog);
  await expect(page.getByRole("heading", { name: "mailer-2", level: 1 })).toBeVisible();
  await expect(page.getByText("sends what is due")).toBeVisible();

  for (const [act, state] of [
    ["Lock", "Locked"],
    ["Unlock", "Active"],
  ] as const) {
    await page.getByRole("button", { name: "Actions" }).click();
    await page.getByRole("menuitem", { name: act, exact: true }).click();
    dialog = page.getByRole("dialog", { name: `${act}: mailer-2` });
    await carryOut(dialog);
    await close(dialog);
    await expect(page.getByText(state, { exact: true })).toBeVisible();
  }
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  dialog = page.getByRole("dialog", { name: "Remove application: mailer-2" });
  await dialog.getByLabel("To confirm, type mailer-2").fill("mailer-2");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(page.getByText("Application mailer-2 is removed.")).toBeVisible();
  const left = await world.cli<{ name: string }[]>("application", "list");
  expect(left.map(({ name }) => name)).not.toContain("mailer-2");
});
