// A real OpenID provider on a loopback port of its own, as `scripts/bootstrap test` installs it.
import type { Page } from "@playwright/test";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
    const at = (name: string) => join(folder, name);
    // A certificate of a server, and of no CA.
    const names = "subjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE";
    const request = "[req]\nprompt=no\ndistinguished_name=dn\nx509_extensions=server\n[dn]\nCN=localhost\n";
    writeFileSync(at("openssl.cnf"), `${request}[server]\n${names}\n`);
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const files = [
      "-config",
      at("openssl.cnf"),
      "-keyout",
      at("private-key.pem"),
      "-out",
      at("certificate.pem"),
    ];
    execFileSync("openssl", ["req", "-x509", ...kind, ...files], { stdio: "ignore" });
    const client = { client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uri: redirectUri };
    writeFileSync(at("settings.json"), JSON.stringify({ ...client, people }));
    const child = spawn("node", [SCRIPT, folder], { stdio: ["ignore", "pipe", "inherit"] });
    const issuer = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
      child.once("exit", (code) => reject(new Error(`the provider ended with ${code}`)));
      child.once("error", reject);
    });
    return new Provider(child, issuer, readFileSync(at("certificate.pem"), "utf8"));
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
