// A server that dies and comes back, in a world of its own.
import { simulator } from "./others";
import { apart, expect, look } from "./world";

const STOPPED = { operation: "CreateKey", fault: "Throttle", times: 1000 };

const test = apart();

test("whoever watches a job when the server dies is told, and sees how it ends once the server is back", async ({
  page,
  world,
}) => {
  test.slow();
  await simulator(world, "POST", "faults", STOPPED);
  const { job } = await world.cli<{ job: { id: string } }>(
    ...["kms-key", "create", "survivor", "--keystore", "payments", "--no-wait"],
  );
  await page.goto(`/jobs/${job.id}`);
  await expect(page.getByText("Waiting").first()).toBeVisible();

  await world.die();
  await expect(page.getByText("The server does not answer")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("heading", { name: /survivor/ })).toBeVisible();
  // It is said once, not by each part of the page.
  await expect(page.getByText("console.unreachable")).toHaveCount(0);
  await look(page, "server-gone");

  await world.revive();
  await expect(page.getByText("The server does not answer")).toHaveCount(0, { timeout: 60_000 });
  await expect(page.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  await page.getByRole("link", { name: "Keystores", exact: true }).click();
  await expect(page.getByRole("link", { name: "payments", exact: true })).toBeVisible();
  await look(page, "server-back");
});
