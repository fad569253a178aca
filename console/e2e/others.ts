// Others in a world: people who come for the first time, and what happens in AWS without Keyferry.
import { expect, type Page } from "@playwright/test";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";

import { typeIn } from "./steps";
import type { World } from "./world";

const FIRST = "known-to-somebody-else-1";
export const PASSWORD = "only-this-person-knows-2";

/** Adds a person, with a role in a group or in the installation where one is given. */
export async function person(world: World, name: string, role?: string, group?: string): Promise<void> {
  const file = join(world.folder, `first-password-of-${name}`);
  writeFileSync(file, FIRST, { mode: 0o600 });
  await world.cli("user", "create", name, "--password-file", file);
  if (role === undefined) return;
  await world.cli("role", "give", role, "--to", name, ...(group === undefined ? [] : ["--group", group]));
}

/** Signs somebody in for the first time. */
export async function enter(page: Page, name: string): Promise<void> {
  await page.goto("/");
  await typeIn(page, name, FIRST);
  await page.getByLabel("First password").fill(FIRST);
  await page.getByLabel("New password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("New password again").fill(PASSWORD);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("button", { name })).toBeVisible();
}

/** Consents to the one thing that waits for somebody. */
export async function approve(page: Page): Promise<void> {
  await page.goto("/approvals");
  await page
    .getByRole("row", { name: /Decide/ })
    .getByRole("link")
    .click();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: /^Approve: / });
  await dialog.getByRole("button", { name: "Preview" }).click();
  await dialog.getByRole("button", { name: "Carry out" }).click();
  await expect(dialog.getByText("You approved it.")).toBeVisible();
}

/** The server's refusal of a consent whose proof is too old, so many times: nobody waits five minutes for it here. */
export async function forgetProof(page: Page, times = 1): Promise<void> {
  const problem = {
    type: "urn:keyferry:error:approval.not-recent",
    title: "Forbidden",
    status: 403,
    code: "approval.not-recent",
    detail: "the last proof of who decides is older than five minutes",
    hint: "prove it once more",
  };
  const body = JSON.stringify(problem);
  await page.route(
    /\/approve\?dry_run=true$/,
    (route) => route.fulfill({ status: 403, contentType: "application/problem+json", body }),
    { times },
  );
}

/** Asks the simulated AWS for something that no program can ask of AWS: a fault, or somebody else's hand. */
export async function simulator<T>(world: World, method: string, path: string, body?: object): Promise<T> {
  const aws = join(world.folder, "data/aws");
  const address = readFileSync(join(aws, "address"), "utf8").trim();
  const ca = readFileSync(join(aws, "ca.pem"));
  return new Promise((resolve, reject) => {
    const sent = request(`https://${address}/_sim/${path}`, { method, ca }, (answer) => {
      let told = "";
      answer.on("data", (chunk: Buffer) => (told += chunk.toString()));
      answer.on("end", () =>
        answer.statusCode === 200 ? resolve(JSON.parse(told) as T) : reject(new Error(told)),
      );
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

interface Listed {
  name: string;
  id: string;
  arn: string;
}

/** A KMS key as the command line lists it. */
export async function kmsKey(world: World, name: string): Promise<Listed> {
  return world.cli<Listed>("kms-key", "show", name);
}

/** Somebody else disables a KMS key in AWS, and Keyferry sees it. */
export async function disableElsewhere(world: World, name: string): Promise<void> {
  const { arn } = await kmsKey(world, name);
  const [, , , region, account] = arn.split(":");
  const input = { KeyId: arn };
  await simulator(world, "POST", "hand", { account, region, operation: "DisableKey", input });
  await world.cli("keystore", "sync", "payments");
}

/** Whether the server knows who comes with this API key or token, whatever that may do. */
export async function isKnown(world: World, secret: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${secret}` };
    const asked = request(`${world.url}/api/v1/me`, { headers, rejectUnauthorized: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode !== 401);
    });
    asked.on("error", reject);
    asked.end();
  });
}
