import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, look, test } from "./world";

interface Witnessed {
  witness: string;
  size: number;
  note: string;
}

interface Checkpoint {
  cosigned?: { size: number; note: string };
}

test("a witness's cosignature is added, shown, and proved with its key", async ({ page, world }) => {
  const state = join(world.folder, "witness");
  const args = ["--state", state, "--name", "auditor.example", "--no-send"];
  const { witness, size, note } = await world.cli<Witnessed>("audit", "witness", ...args);
  await page.goto("/audit/verify");
  await expect(page.getByText("No witness has cosigned a checkpoint yet.")).toBeVisible();
  await page.getByRole("button", { name: "Add cosignature" }).click();
  const dialog = page.getByRole("dialog", { name: "Add cosignature" });
  const field = dialog.getByLabel("Cosigned checkpoint");
  const preview = dialog.getByRole("button", { name: "Preview" });
  await field.fill("seen by me");
  await expect(dialog.getByText("It is no signed note.")).toBeVisible();
  await expect(preview).toBeDisabled();
  const lines = note.trimEnd().split("\n");
  await field.fill(lines.slice(0, -1).join("\n"));
  await expect(dialog.getByText("Nobody but the log itself signed it.")).toBeVisible();
  await field.fill(note.replace(`\n${size}\n`, `\n${size - 1}\n`));
  await preview.click();
  await expect(dialog.getByText("request.invalid")).toBeVisible();
  const file = join(world.folder, "cosigned");
  writeFileSync(file, note);
  await dialog.locator('input[type="file"]').setInputFiles(file);
  await expect(field).toHaveValue(note);
  await preview.click();
  await expect(dialog.getByText(/^by auditor\.example on /)).toBeVisible();
  await look(page, "audit-add-cosignature");
  expect((await world.cli<Checkpoint>("audit", "checkpoint")).cosigned).toBeUndefined();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText(`Kept with the checkpoint of ${size} entries`)).toBeVisible();
  await dialog.getByRole("button", { name: "Close", exact: true }).click();

  await expect(page.getByText(`${size} entries`, { exact: true })).toBeVisible();
  await expect(page.getByText(/^by auditor\.example on /)).toBeVisible();
  expect((await world.cli<Checkpoint>("audit", "checkpoint")).cosigned).toMatchObject({ size, note });
  const key = page.getByLabel("Public key of a witness");
  const check = page.getByRole("button", { name: "Check cosignature" });
  await key.fill(`${witness}x`);
  await check.click();
  await expect(page.getByText("It is no public key of a witness")).toBeVisible();
  const other = await world.cli<Witnessed>("audit", "witness", "--state", `${state}-2`, "--no-send");
  await key.fill(other.witness);
  await check.click();
  await expect(page.getByText("This key did not sign it.")).toBeVisible();
  await key.fill(witness);
  await check.click();
  const seen = page.getByText("auditor.example saw this checkpoint");
  await expect(seen).toBeVisible();
  await expect(page.getByText(`It cosigned a checkpoint of ${size} entries`)).toBeVisible();
  await expect(page.getByText("The log of today goes on from it")).toBeVisible();
  await expect(page.getByText("What is not proved: that this is your log's key")).toBeVisible();
  await seen.scrollIntoViewIfNeeded();
  await look(page, "audit-witness");
});
