// A server with the configuration that a journey wants, without accounts of AWS.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { BINARY, ended, FILES } from "./world";

export const ADMINISTRATOR = { name: "admin", password: "ferry over cold water 7" };
const PASSPHRASE = "six sails in the western wind";
const START_MAX = 60_000;

/** Sets keys of a configuration file, each where it is written as a comment. */
function configure(file: string, keys: Record<string, string>): void {
  let text = readFileSync(file, "utf8");
  for (const [key, value] of Object.entries(keys)) {
    const line = new RegExp(`^# ${key} = .*$`, "m");
    if (!line.test(text)) throw new Error(`there is no key ${key}`);
    text = text.replace(line, `${key} = "${value}"`);
  }
  writeFileSync(file, text);
}

export class Server {
  readonly url: string;
  private readonly process: ChildProcess;
  private readonly folder: string;

  private constructor(process: ChildProcess, folder: string, url: string) {
    this.process = process;
    this.folder = folder;
    this.url = url;
  }

  static async start(keys: Record<string, string>): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), "keyferry-server-"));
    const at = (name: string) => join(folder, name);
    writeFileSync(at("password"), ADMINISTRATOR.password, { mode: 0o600 });
    writeFileSync(at("passphrase"), PASSPHRASE, { mode: 0o600 });
    const env = { PATH: process.env.PATH, KEYFERRY_CONSOLE_FILES: FILES, HOME: folder };
    const secrets = ["--administrator-password-file", at("password"), "--passphrase-file", at("passphrase")];
    const named = ["--data", at("data"), "--administrator", ADMINISTRATOR.name];
    await promisify(execFile)(BINARY, ["init", ...named, ...secrets], { env });
    const file = at("data/keyferry.toml");
    configure(file, { listen: "127.0.0.1:0", unseal_file: at("passphrase"), ...keys });
    const child = spawn(BINARY, ["server", "--data", at("data")], { env });
    const listening = new Promise<string>((resolve, reject) => {
      let told = "";
      const late = setTimeout(() => reject(new Error(`the server did not start: ${told}`)), START_MAX);
      child.stderr.on("data", (chunk: Buffer) => {
        told += chunk.toString();
        const found = /listening on (https:\S+)/.exec(told)?.[1];
        if (found === undefined) return;
        clearTimeout(late);
        resolve(found);
      });
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${told}`)));
    });
    try {
      return new Server(child, folder, await listening);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  async stop(): Promise<void> {
    await ended(this.process);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
