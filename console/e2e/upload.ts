// What journeys through the upload wizard share.
import { expect, type Page } from "@playwright/test";

import { choose } from "./steps";

/** Of what `kms-key show` tells, what these journeys look at. */
export interface Shown {
  id: string;
  name: string;
  aliases: string[];
  regions: string[];
  tags: Record<string, string>;
  access: { users: string[]; administrators: string[] };
  rotation: { every: string };
  expires_at?: string;
  renew_until?: string;
  source: { kind: string; key_name?: string };
}

/** Of what `key show` tells. */
export interface Key {
  id: string;
  name: string;
  exportable: boolean;
  permitted_operations: string[];
  versions: {
    number: number;
    state: string;
    origin: string;
    fingerprint: string;
    public_key?: string;
    destruction_due?: string;
  }[];
  copies: { name: string; into: string; kind: string; by: string }[];
  rotation?: { schedule: { every: string }; with_copies: boolean; deactivate_former: boolean };
}

export async function toUpload(page: Page): Promise<void> {
  await page.goto("/kms-keys/create");
  await expect(page.getByRole("radio", { name: "Create a new key" })).toBeVisible();
}

/** Begins an upload of a key file into `payments`. */
export async function toFileUpload(page: Page, name: string): Promise<void> {
  await toUpload(page);
  await page.getByRole("radio", { name: "A key file" }).check();
  await choose(page, "Keystore", "payments");
  await page.getByLabel("Name", { exact: true }).fill(name);
}

/** A file to choose in a form. */
export function named(name: string, content: Buffer | string) {
  return { name, mimeType: "application/octet-stream", buffer: Buffer.from(content) };
}

/** From the summary to the end of the job. */
export async function finish(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Upload", exact: true }).click();
  await expect(page.getByText("Succeeded").first()).toBeVisible();
}
