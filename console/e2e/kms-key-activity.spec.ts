import { expect, look, test } from "./world";

/** One change leaves entries before and after each request to AWS. */
const CHANGES = 30;

test("the entries of a KMS key with a long history come page by page, and all are found in the log", async ({
  page,
  world,
}) => {
  test.slow();
  await world.kmsKey("long-history");
  for (let turn = 0; turn < CHANGES; turn += 1) {
    await world.cli("kms-key", "update", "long-history", "--description", `turn ${turn}`);
  }
  const { id } = await world.cli<{ id: string }>("kms-key", "show", "long-history");
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/audit/entries")) asked.push(request.url());
  });
  await page.goto(`/kms-keys/${id}/activity`);
  await expect(page.getByText("The newest 100 entries are listed.")).toBeVisible();
  expect(asked).toHaveLength(1);
  await page.getByText("The newest 100 entries are listed.").scrollIntoViewIfNeeded();
  await look(page, "kms-key-activity-long");
  await page.getByRole("button", { name: "Load older entries" }).click();
  await expect(page.getByText(/^All 1\d\d entries are listed\.$/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Load older entries" })).toHaveCount(0);
  await page.getByRole("button", { name: "Find in the audit log" }).click();
  await expect(page).toHaveURL(`/audit?object=${id}`);
  await expect(page.getByRole("button", { name: /^Entry \d+/ }).first()).toBeVisible();
});
