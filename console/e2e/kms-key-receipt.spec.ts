import { join } from "node:path";

import { expect, look, test } from "./world";

test("a receipt is read and downloaded, and the command line finds it genuine", async ({ page, world }) => {
  await world.kmsKey("proven");
  const { id } = await world.cli<{ id: string }>("kms-key", "show", "proven");
  await page.goto(`/kms-keys/${id}/receipt`);
  await expect(page.getByRole("row", { name: /Key material was made in the vault/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /Key material was imported .* version 1/ })).toBeVisible();
  await look(page, "kms-key-receipt");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download receipt" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("proven-receipt.json");
  const file = join(world.folder, download.suggestedFilename());
  await download.saveAs(file);
  const { key } = await world.cli<{ key: string }>("audit", "key");
  await expect(
    page.getByText(`keyferry audit verify-receipt proven-receipt.json --key ${key}`),
  ).toBeVisible();
  await world.cli("audit", "verify-receipt", file, "--key", key);
});
