import { expect, look, test } from "./world";

test("alerts are sent to a webhook once its address is right", async ({ page, world }) => {
  await page.goto("/alerts");
  await page.getByRole("link", { name: "Destinations" }).click();
  await expect(page.getByText("Alerts are sent nowhere")).toBeVisible();
  await page.getByRole("button", { name: "Add destination" }).click();
  const dialog = page.getByRole("dialog", { name: "Add destination" });
  await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  await dialog.getByLabel("Name", { exact: true }).fill("pager");
  await dialog.getByLabel("URL").fill("hooks.example.org without a scheme");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/write https:\/\/HOST\/PATH/)).toBeVisible();
  await look(page, "alert-destination-refused");

  // Nobody listens there, which the trial message below finds out.
  await dialog.getByLabel("URL").fill("https://127.0.0.1:9/keyferry");
  await dialog.getByRole("button", { name: "From severity" }).click();
  await page.getByRole("option", { name: "Critical" }).click();
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/pager will be told of alerts from “Critical” on/)).toBeVisible();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("pager was added")).toBeVisible();
  await expect(dialog.getByText(/^[0-9a-f]{64}$/)).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByRole("row", { name: /pager.*Webhook.*Critical/ })).toBeVisible();
  await look(page, "alert-destinations");

  await page.getByRole("radio", { name: "Select pager" }).check();
  await page.getByRole("button", { name: "Send a trial message" }).click();
  const trying = page.getByRole("dialog", { name: "Send a trial message to pager" });
  await trying.getByRole("button", { name: "Carry out" }).click();
  await expect(trying.getByText("alert.not-delivered")).toBeVisible();
  await trying.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Remove" }).click();
  const removing = page.getByRole("dialog", { name: "Remove pager" });
  await expect(removing.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await removing.getByLabel("To confirm, type pager").fill("pager");
  await removing.getByRole("button", { name: "Carry out" }).click();
  await expect(removing.getByText("Done", { exact: true })).toBeVisible();
  await removing.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Alerts are sent nowhere")).toBeVisible();
  expect(await world.cli("alert", "destination", "list")).toEqual([]);
});

test("mailboxes are told of alerts", async ({ page, world }) => {
  await page.goto("/alerts/destinations");
  await page.getByRole("button", { name: "Add destination" }).click();
  const dialog = page.getByRole("dialog", { name: "Add destination" });
  await dialog.getByRole("radio", { name: /Mailboxes/ }).check();
  await dialog.getByLabel("Name", { exact: true }).fill("night-shift");
  await dialog.getByLabel("Mail server").fill("mail.example.org");
  await dialog.getByLabel("From", { exact: true }).fill("keyferry@example.org");
  await dialog.getByLabel("To", { exact: true }).fill("night@example.org, second@example.org");
  await look(page, "alert-destination-mail");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("night-shift was added")).toBeVisible();
  const all = await world.cli<{ name: string; address: string; to: string[] }[]>(
    "alert",
    "destination",
    "list",
  );
  expect(all.find(({ name }) => name === "night-shift")).toMatchObject({
    address: "smtp://mail.example.org:465",
    to: ["night@example.org", "second@example.org"],
  });
  await world.cli("alert", "destination", "delete", "night-shift", "--yes");
});
