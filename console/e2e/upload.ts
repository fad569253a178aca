// What journeys through the upload wizard share.
import { expect, type Page } from "@playwright/test";

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

/** From the summary to the end of the job. */
export async function finish(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Upload", exact: true }).click();
  await expect(page.getByText("Succeeded").first()).toBeVisible();
}
