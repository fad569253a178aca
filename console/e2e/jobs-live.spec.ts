import { simulator } from "./others";
import { expect, look, test } from "./world";

const THROTTLED = { operation: "ImportKeyMaterial", fault: "Throttle", times: 3 };
const STOPPED = { operation: "CreateKey", fault: "Throttle", times: 1000 };

// Faults are of the whole world: what a journey leaves would fail others.
test.afterEach(async ({ world }) => simulator(world, "DELETE", "faults"));

test("a job is watched from its list to its end as it happens, and nothing is asked by the clock", async ({
  page,
  world,
}) => {
  // What the page shows, it knows by the events of the server.
  await page.addInitScript(() => (window.setInterval = (() => 0) as unknown as typeof window.setInterval));
  await simulator(world, "POST", "faults", THROTTLED);
  await page.goto("/jobs");
  await expect(page.getByRole("heading", { name: "Jobs" })).toBeVisible();
  await world.cli("kms-key", "create", "to-watch", "--keystore", "payments", "--no-wait");
  const row = page.getByRole("row", { name: /to-watch/ });
  await expect(row).toBeVisible();
  await expect(row.getByText("Waiting")).toBeVisible();
  await look(page, "jobs");
  await row.getByRole("link", { name: /to-watch/ }).click();
  await expect(page.getByRole("heading", { name: /to-watch/ })).toBeVisible();
  await expect(page.getByText("Succeeded").first()).toBeVisible({ timeout: 60_000 });
  const steps = page.getByRole("grid", { name: "Steps" });
  await expect(
    steps.getByRole("row", { name: /import-material.*Refused.*ThrottlingException/ }).first(),
  ).toBeVisible();
  await expect(
    steps.getByRole("row", { name: /import-material.*Done.*[0-9a-f]{8}-[0-9a-f]{4}-/ }),
  ).toBeVisible();
  await look(page, "job");
  await page.getByRole("grid", { name: "Targets" }).getByRole("link", { name: "to-watch" }).click();
  await expect(page).toHaveURL(/\/kms-keys\/[0-9a-f-]+$/);
});

test("a job is held back, let go on, and stopped", async ({ page, world }) => {
  await simulator(world, "POST", "faults", STOPPED);
  const { job } = await world.cli<{ job: { id: string } }>(
    ...["kms-key", "create", "to-stop", "--keystore", "payments", "--no-wait"],
  );
  await page.goto(`/jobs/${job.id}`);
  await expect(page.getByRole("heading", { name: /to-stop/ })).toBeVisible();
  await expect(page.getByRole("button", { name: "Resume" })).toBeDisabled();

  const carryOut = async (verb: string) => {
    await page.getByRole("button", { name: verb, exact: true }).click();
    const dialog = page.getByRole("dialog", { name: new RegExp(`^${verb}: `) });
    await dialog.getByRole("button", { name: "Carry out" }).click();
    await expect(dialog.getByText("Done", { exact: true })).toBeVisible();
    await dialog.getByRole("button", { name: "Close", exact: true }).click();
  };
  await carryOut("Pause");
  await expect(page.getByText("Paused").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Pause", exact: true })).toBeDisabled();
  await carryOut("Resume");
  await expect(page.getByRole("button", { name: "Resume" })).toBeDisabled();
  await carryOut("Cancel job");
  await expect(page.getByText("Cancelled").first()).toBeVisible();
  const { state } = await world.cli<{ state: string }>("job", "show", job.id);
  expect(state).toBe("cancelled");
});

test("the dashboard shows a job while it is under way, and leads to it", async ({ page, world }) => {
  const underWay = page.getByRole("link", { name: /^Jobs under way: \d+$/ });
  await page.goto("/");
  const before = Number(/\d+$/.exec((await underWay.getAttribute("aria-label")) ?? "")?.[0]);
  await simulator(world, "POST", "faults", STOPPED);
  const { job } = await world.cli<{ job: { id: string } }>(
    ...["kms-key", "create", "to-glance-at", "--keystore", "payments", "--no-wait"],
  );
  await expect(underWay).toHaveAccessibleName(`Jobs under way: ${before + 1}`);
  await page.getByRole("link", { name: /kms-key.create to-glance-at/ }).click();
  await expect(page).toHaveURL(new RegExp(`/jobs/${job.id}$`));
  await page.goto("/");
  await expect(underWay).toHaveAccessibleName(`Jobs under way: ${before + 1}`);
  await world.cli("job", "cancel", job.id);
  await expect(underWay).toHaveAccessibleName(`Jobs under way: ${before}`);
});

test("a job that is not there says so, and the list is a step away", async ({ page }) => {
  await page.goto("/jobs/00000000-0000-0000-0000-00000000dead");
  await expect(page.getByText("there is no job `00000000-0000-0000-0000-00000000dead`")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await page.getByRole("link", { name: "Jobs" }).first().click();
  await expect(page.getByRole("heading", { name: "Jobs" })).toBeVisible();
});
