// A real OpenID provider on a loopback port of its own, as `scripts/bootstrap test` installs it.
import type { Page } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { certificateIn } from "./certificate";

const INSTALLED =
  process.env.KEYFERRY_OIDC_PROVIDER ?? join(import.meta.dirname, "../../.cache/oidc-provider");
const SCRIPT = join(INSTALLED, "provider.mjs");

export const CLIENT = { id: "keyferry", secret: "a secret of the client" };

export class Provider {
  readonly issuer: string;
  /** The certificate that its server shows. */
  readonly certificate: string;
  private readonly process: ChildProcess;

  private constructor(process: ChildProcess, issuer: string, certificate: string) {
    this.process = process;
    this.issuer = issuer;
    this.certificate = certificate;
  }

  /** Starts it for people with their claims. */
  static async start(within: string, redirectUri: string, people: object): Promise<Provider> {
    const folder = join(within, "provider");
    mkdirSync(folder);
    const { certificate } = certificateIn(folder);
    const client = { client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uri: redirectUri };
    writeFileSync(join(folder, "settings.json"), JSON.stringify({ ...client, people }));
    const child = spawn("node", [SCRIPT, folder], { stdio: ["ignore", "pipe", "inherit"] });
    const issuer = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
      child.once("exit", (code) => reject(new Error(`the provider ended with ${code}`)));
      child.once("error", reject);
    });
    return new Provider(child, issuer, certificate);
  }

  stop(): void {
    this.process.kill();
  }
}

/** Signs in at the provider as somebody, and consents. */
export async function atProvider(page: Page, login: string): Promise<void> {
  await page.getByPlaceholder("Enter any login").fill(login);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}
