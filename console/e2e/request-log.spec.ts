import { readFileSync } from "node:fs";

import { expect, look, test } from "./world";

test("the last ten lines of the request log are shown, and more of them on demand", async ({
  page,
  world,
}) => {
  for (let count = 0; count < 12; count += 1) await world.cli("me");
  await page.goto("/request-log");
  const lines = page.getByRole("region", { name: "Lines of the log" });
  await expect(page.getByText("10 lines of request.log")).toBeVisible();
  await expect(lines).toContainText("[REST] admin");
  await look(page, "request-log");
  await page.getByLabel("Show last number of lines").fill("0");
  await expect(page.getByText("A whole number from 1 to 10,000")).toBeVisible();
  await expect(page.getByRole("button", { name: "Display log" })).toBeDisabled();
  await page.getByLabel("Show last number of lines").fill("12");
  await page.getByLabel("Wrap lines").check();
  await page.getByRole("button", { name: "Display log" }).click();
  await expect(page.getByText("12 lines of request.log")).toBeVisible();
});

test("lines are found by text and outcome: what was refused, and why", async ({ page, world }) => {
  await world.kmsKey("in-the-log");
  await expect(world.kmsKey("in-the-log")).rejects.toThrow();
  await page.goto("/request-log");
  await page.getByLabel("With this text").fill("in-the-log");
  await page.getByRole("button", { name: /Outcome/ }).click();
  await page.getByRole("option", { name: "Failed" }).click();
  await page.getByRole("button", { name: "Display log" }).click();
  const lines = page.getByRole("region", { name: "Lines of the log" });
  await expect(lines).toContainText("[ERROR]");
  await expect(lines).toContainText("in-the-log");
  await expect(lines).not.toContainText("[Success]");
  await page.getByLabel("With this text").fill("no line has this text");
  await page.getByRole("button", { name: "Display log" }).click();
  await expect(page.getByText("No lines", { exact: true })).toBeVisible();
});

test("the log is rotated, the former file is shown and downloaded whole, and all is cleared", async ({
  page,
  world,
}) => {
  await world.kmsKey("before-the-rotation");
  await page.goto("/request-log");
  await page.getByRole("button", { name: "Rotate log" }).click();
  const rotation = page.getByRole("dialog", { name: "Rotate the request log" });
  await expect(rotation.getByText("Nothing is lost.")).toBeVisible();
  await look(page, "request-log-rotate");
  await rotation.getByRole("button", { name: "Carry out" }).click();
  await expect(rotation.getByText("Done")).toBeVisible();
  await rotation.getByRole("button", { name: "Close", exact: true }).click();

  await page.getByRole("button", { name: /^File/ }).click();
  await page.getByRole("option", { name: /^request-.*(bytes|KiB)/ }).click();
  await page.getByLabel("With this text").fill("before-the-rotation");
  await page.getByRole("button", { name: "Display log" }).click();
  const lines = page.getByRole("region", { name: "Lines of the log" });
  await expect(lines).toContainText("before-the-rotation");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download entire log" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^request-.*\.log$/);
  expect(readFileSync(await download.path(), "utf8")).toContain("before-the-rotation");

  await page.getByRole("button", { name: "Clear log" }).click();
  const clearing = page.getByRole("dialog", { name: "Clear the request log" });
  await expect(clearing.getByText("The audit log keeps who did it.")).toBeVisible();
  await clearing.getByLabel("To confirm, type request-log").fill("request");
  await expect(clearing.getByRole("button", { name: "Carry out" })).toBeDisabled();
  await clearing.getByLabel("To confirm, type request-log").fill("request-log");
  await look(page, "request-log-clear");
  await clearing.getByRole("button", { name: "Carry out" }).click();
  await expect(clearing.getByText("Done")).toBeVisible();
  await clearing.getByRole("button", { name: "Close", exact: true }).click();
  const { files } = await world.cli<{ files: unknown[] }>("request-log", "files");
  expect(files).toHaveLength(1);
});
