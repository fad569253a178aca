import { disableElsewhere } from "./others";
import { expect, look, test } from "./world";

test("what somebody changed in AWS is told with his name, taken note of, and mended", async ({
  page,
  world,
}) => {
  await world.kmsKey("to-be-disabled");
  await disableElsewhere(world, "to-be-disabled");
  await page.goto("/alerts");
  const row = page.getByRole("row", { name: /disabled elsewhere.*to-be-disabled/ });
  await expect(row.getByText("Critical")).toBeVisible();
  await look(page, "alerts");
  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { name: "the KMS key was disabled elsewhere" })).toBeVisible();
  const findings = page.getByRole("table", { name: "What was found" });
  await expect(findings.getByText("arn:aws:iam::111122223333:root")).toBeVisible();
  await expect(findings.getByText("DisableKey")).toBeVisible();
  await look(page, "alert");

  await page.getByRole("button", { name: "Acknowledge" }).click();
  const noting = page.getByRole("dialog", { name: "Acknowledge the alert of to-be-disabled" });
  await noting.getByRole("button", { name: "Carry out" }).click();
  await expect(noting.getByText("Done", { exact: true })).toBeVisible();
  await noting.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText("Acknowledged", { exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "Acknowledge" })).toBeDisabled();

  await page.getByRole("button", { name: "Restore the KMS key" }).click();
  const restoring = page.getByRole("dialog", { name: "Restore to-be-disabled" });
  await expect(restoring.getByText("EnableKey").first()).toBeVisible();
  await restoring.getByRole("button", { name: "Carry out" }).click();
  await expect(restoring.getByText("Succeeded").first()).toBeVisible();
  await restoring.getByRole("button", { name: "Close", exact: true }).click();
  await world.cli("keystore", "sync", "payments");
  // The open page follows what the watch finds.
  await expect(page.getByText("Over", { exact: true })).toBeVisible();
  await page.getByRole("link", { name: "Alerts" }).first().click();
  await page.getByText("Also what is over").click();
  await expect(
    page
      .getByRole("row", { name: /to-be-disabled/ })
      .getByText("Over", { exact: true })
      .first(),
  ).toBeVisible();
});
