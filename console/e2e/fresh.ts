// A server as it is on its first day: no connection, no keystore, no key, one administrator.
import type { BrowserContext } from "@playwright/test";
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { BINARY, FILES } from "./world";

const START_MAX = 60_000;
const execute = promisify(execFile);

export interface Fresh {
  url: string;
  password: string;
  stop: () => Promise<void>;
}

/** Prepares a data folder and runs the server in it. */
export async function fresh(): Promise<Fresh> {
  const folder = mkdtempSync(join(tmpdir(), "keyferry-fresh-"));
  const password = "known-to-the-first-administrator-1";
  const [passwordFile, passphraseFile] = [join(folder, "password"), join(folder, "passphrase")];
  writeFileSync(passwordFile, password, { mode: 0o600 });
  writeFileSync(passphraseFile, "it opens the vault of the first day", { mode: 0o600 });
  const data = ["--data", join(folder, "data")];
  const environment = { PATH: process.env.PATH, HOME: folder };
  const secrets = ["--administrator-password-file", passwordFile, "--passphrase-file", passphraseFile];
  await execute(BINARY, ["init", ...data, ...secrets], { env: environment });
  const unsealed = ["--unseal-file", passphraseFile, "--listen", "127.0.0.1:0"];
  const child = spawn(BINARY, ["server", ...data, ...unsealed], { env: environment });
  const url = await new Promise<string>((resolve, reject) => {
    let told = "";
    const late = setTimeout(() => reject(new Error(`the server did not start: ${told}`)), START_MAX);
    const hear = (chunk: Buffer) => {
      told += chunk.toString();
      const found = /listening on (https:\S+)/.exec(told)?.[1];
      if (found === undefined) return;
      clearTimeout(late);
      resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${told}`)));
  });
  const stop = async () => {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, password, stop };
}

/** Pages come from the files of this build, not from those that are in the binary. */
export async function fromFiles(context: BrowserContext, { url }: Fresh): Promise<void> {
  await context.route(`${url}/**`, (route) => {
    const { pathname } = new URL(route.request().url());
    const file = join(FILES, pathname);
    if (route.request().isNavigationRequest()) return route.fulfill({ path: join(FILES, "index.html") });
    return pathname !== "/" && existsSync(file) ? route.fulfill({ path: file }) : route.continue();
  });
}
