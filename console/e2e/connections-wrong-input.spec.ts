// What each step of adding a connection wants, and what its page and its change do not take.
import type { Page } from "@playwright/test";

import { accessKey, authority, connection, endpoint, STAGING } from "./aws";
import { choose, next } from "./steps";
import { expect, look, test } from "./world";

/** A step says what it wants, and the wizard stays there. */
async function wants(page: Page, ...told: string[]): Promise<void> {
  await next(page);
  for (const one of told) await expect(page.getByText(one, { exact: true }).first()).toBeInViewport();
}

test("each step of adding a connection says what it lacks, and what is no address, certificate or proxy is refused", async ({
  page,
  world,
}) => {
  const key = accessKey(world, STAGING, "keyferry");
  await page.goto("/connections/add");
  await page.getByLabel("Name", { exact: true }).fill("wrong-steps");
  await page.getByRole("radio", { name: /^A role with an external id/ }).check();
  await wants(page, "The identity is not complete.");
  await page.getByRole("radio", { name: /^A role for an OpenID/ }).check();
  await page.getByLabel("ARN of the role").fill("keyferry");
  await wants(page, "The identity is not complete.");
  await look(page, "connection-wrong-identity");
  await page.getByRole("radio", { name: "An access key", exact: true }).check();
  await page.getByLabel("Access key ID").fill(key.access_key_id);
  await wants(page, "The identity is not complete.");
  await page.getByLabel("Secret access key").fill(key.secret_access_key);
  await next(page);

  await wants(page, "Choose one Region at least.");
  await choose(page, "Regions", /eu-central-1/);
  await page.keyboard.press("Escape");
  await choose(page, "Endpoint", "VPC endpoint");
  await wants(page, "The endpoint's address is missing.");
  await choose(page, "Endpoint", "Custom");
  await page.getByLabel("URL (custom)").fill("no address");
  await next(page);

  await page.getByLabel("CA certificates of your own").check();
  await page.getByLabel("Show a client certificate").check();
  await page.getByLabel("Go through a proxy").check();
  await wants(
    page,
    "The CA certificates of your own are missing.",
    "The client certificate is missing.",
    "The private key of the client certificate is missing.",
    "The proxy's URL is missing.",
  );
  await look(page, "connection-wrong-trust");
  await page.getByLabel("CA certificates (PEM)", { exact: true }).fill("no certificate");
  await page.getByLabel("Show a client certificate").uncheck();
  await page.getByLabel("Proxy's URL").fill("no proxy");
  await next(page);
  await next(page);

  await page.getByLabel("By a line of cron").first().check();
  await wants(page, "Say when it rotates.");
  await page.getByRole("textbox", { name: "Line of cron" }).fill("every full moon");
  await next(page);

  // The server tells of one after the other; each is mended in its step.
  const verify = page.getByRole("button", { name: /^Verify/ });
  const mend = async (step: string) => {
    await verify.click();
    await expect(
      page
        .getByRole("main")
        .getByRole("alert")
        .getByText(/^[a-z-]+\.[a-z-]+ · Request/)
        .first(),
    ).toBeVisible();
    await expect(page.getByRole("button", { name: "Add connection" })).toHaveCount(0);
    while (
      !(await page
        .getByRole("heading", { name: new RegExp(`^${step}`) })
        .first()
        .isVisible())
    )
      await page.getByRole("button", { name: "Previous" }).click();
  };
  const onwards = async () => {
    while (!(await verify.isVisible())) await next(page);
  };
  await mend("Schedules");
  await page.getByRole("textbox", { name: "Line of cron" }).fill("0 3 1 * *");
  await onwards();
  await mend("TLS and proxy");
  await page.getByLabel("Go through a proxy").uncheck();
  await onwards();
  await mend("TLS and proxy");
  await page.getByLabel("CA certificates (PEM)", { exact: true }).fill(authority(world));
  await onwards();
  await mend("Regions and endpoint");
  await page.getByLabel("URL (custom)").fill(endpoint(world));
  await onwards();
  await verify.click();
  await expect(page.getByText(`Successfully connected to the AWS account ${STAGING}`)).toBeVisible();
  await page.getByRole("button", { name: "Add connection" }).click();
  await expect(page.getByRole("heading", { name: "wrong-steps", level: 1 })).toBeVisible();
  const stored = await world.cli<{ rotation: { cron: string } }>("connection", "show", "wrong-steps");
  expect(stored.rotation.cron).toBe("0 3 1 * *");
});

test("an ARN that is no role's, a token that is nowhere and a host that is no VPC endpoint's are told at verification, and mended", async ({
  page,
  world,
}) => {
  const key = accessKey(world, STAGING, "keyferry");
  await page.goto("/connections/add");
  await page.getByLabel("Name", { exact: true }).fill("wrong-ways");
  await page.getByRole("radio", { name: /^A role for an OpenID/ }).check();
  await page.getByLabel("ARN of the role").fill("arn:aws:iam::444455556666:user/keyferry");
  await page.getByLabel("File with the token").fill("/nowhere/token");
  await next(page);
  await choose(page, "Regions", /eu-central-1/);
  await page.keyboard.press("Escape");
  await choose(page, "Endpoint", "VPC endpoint");
  await page.getByLabel("Host name of the VPC endpoint").fill("https://vpce.example/path");
  const verify = page.getByRole("button", { name: /^Verify/ });
  const onwards = async () => {
    while (!(await verify.isVisible())) await next(page);
  };
  const back = async (heading: string) => {
    const there = page.getByRole("heading", { name: new RegExp(`^${heading}`) }).first();
    while (!(await there.isVisible())) await page.getByRole("button", { name: "Previous" }).click();
  };
  const told = page.getByRole("main").getByRole("alert");
  await onwards();
  await verify.click();
  await expect(told.getByText(/is no VPC endpoint of KMS/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Save it without a connection" })).toHaveCount(0);
  await back("Regions and endpoint");
  await page
    .getByLabel("Host name of the VPC endpoint")
    .fill("vpce-0a1b.kms.eu-central-1.vpce.amazonaws.com");
  await onwards();
  await verify.click();
  await expect(told.getByText(/must look like arn:aws:iam::111122223333:role\/NAME/)).toBeVisible();
  await back("Account");
  await page.getByLabel("ARN of the role").fill("arn:aws:iam::444455556666:role/keyferry");
  await onwards();
  await verify.click();
  await expect(told.getByText(/the token file \/nowhere\/token cannot be read/)).toBeVisible();
  await look(page, "connection-wrong-ways");
  await expect(page.getByRole("button", { name: "Add connection", exact: true })).toHaveCount(0);

  await back("Account");
  await page.getByRole("radio", { name: "An access key", exact: true }).check();
  await page.getByLabel("Access key ID").fill(key.access_key_id);
  await page.getByLabel("Secret access key").fill(key.secret_access_key);
  await next(page);
  await choose(page, "Endpoint", "Custom");
  await page.getByLabel("URL (custom)").fill(endpoint(world));
  await next(page);
  await page.getByLabel("CA certificates of your own").check();
  await page.getByLabel("CA certificates (PEM)", { exact: true }).fill(authority(world));
  await onwards();
  await verify.click();
  await page.getByRole("button", { name: "Add connection" }).click();
  await expect(page.getByRole("heading", { name: "wrong-ways", level: 1 })).toBeVisible();
});

test("what a changed connection lacks is named on the page, and its access key takes no wrong period", async ({
  page,
  world,
}) => {
  await connection(world, "wrong-change");
  const { id } = await world.cli<{ id: string }>("connection", "show", "wrong-change");
  await page.goto(`/connections/${id}/edit`);
  const verify = page.getByRole("button", { name: "Verify", exact: true });
  await expect(page.getByText("Nothing is changed yet.")).toBeVisible();
  await page.getByRole("button", { name: "Remove eu-central-1" }).click();
  await expect(page.getByText("Choose one Region at least.", { exact: true })).toBeVisible();
  await expect(page.getByText("Nothing is changed yet.")).toHaveCount(0);
  await expect(verify).toBeDisabled();
  await page.getByLabel("Another identity, or another secret").check();
  await expect(page.getByText("The identity is not complete.")).toBeVisible();
  await page.getByLabel("Go through a proxy").check();
  await expect(page.getByText("The proxy's URL is missing.")).toBeVisible();
  await look(page, "connection-edit-lacks");
  await page.getByLabel("Go through a proxy").uncheck();
  await page.getByLabel("Stays as it is").check();
  await choose(page, "Regions", /us-east-1/);
  await page.keyboard.press("Escape");
  await verify.click();
  await expect(page.getByText(`Successfully connected to the AWS account ${STAGING}`)).toBeVisible();
  await page.getByRole("button", { name: "Update connection" }).click();
  await expect(page.getByRole("heading", { name: "wrong-change", level: 1, exact: true })).toBeVisible();
  const stored = await world.cli<{ regions: string[] }>("connection", "show", "wrong-change");
  expect(stored.regions).toEqual(["us-east-1"]);

  await page.getByRole("tab", { name: "Access key" }).click();
  await page.getByRole("button", { name: "Edit schedule" }).click();
  const dialog = page.getByRole("dialog", { name: "When the access key of wrong-change rotates" });
  await dialog.getByLabel("Regularly").check();
  await choose(dialog, "Every", "Another period");
  for (const wrong of ["", "0d", "soon", "7"]) {
    await dialog.getByRole("textbox", { name: "Another period" }).fill(wrong);
    await expect(dialog.getByRole("button", { name: "Preview" })).toBeDisabled();
  }
  await dialog.getByRole("textbox", { name: "Another period" }).fill("45d");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByRole("row", { name: /Every 45 days/ })).toBeVisible();
});
