// A world for journeys: a server with simulated AWS accounts and sample keys, a person at a browser, and the command line.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, test as base, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { typeIn } from "./steps";

const TARGET = process.env.CARGO_TARGET_DIR ?? join(import.meta.dirname, "../../target");
export const BINARY = process.env.KEYFERRY ?? join(TARGET, "debug/keyferry");
export const FILES = process.env.KEYFERRY_CONSOLE_FILES ?? join(import.meta.dirname, "../dist");
const SCREENSHOTS = join(import.meta.dirname, "../screenshots");
const START_MAX = 120_000;
/** Until a world of their own is there for the journeys of a file, with people in it. */
const APART_MAX = 180_000;
const STOP_MAX = 60_000;
const SIMULATED_REGIONS = { production: "eu-central-1" } as const;

const execute = promisify(execFile);

/** Another line in a section of a world's configuration. */
interface Configuration {
  section: string;
  line: string;
}

/** Ends a program; one that has ended already stays so. */
export async function ended(process: ChildProcess, signal: "SIGINT" | "SIGKILL" = "SIGINT"): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const gone = new Promise((resolve) => process.once("exit", resolve));
  process.kill(signal);
  await gone;
}

/** A server with simulated AWS accounts. */
export class World {
  readonly url: string;
  readonly password: string;
  private readonly environment: NodeJS.ProcessEnv;
  private process: ChildProcess;
  readonly folder: string;

  private constructor(process: ChildProcess, folder: string, told: string) {
    const find = (form: RegExp) => {
      const found = form.exec(told)?.[1];
      if (found === undefined) throw new Error(`the demo did not tell ${form.source}: ${told}`);
      return found;
    };
    this.process = process;
    this.folder = folder;
    this.url = find(/KEYFERRY_URL=(\S+)/);
    this.password = find(/sign in +admin \/ (\S+)/);
    this.environment = {
      PATH: globalThis.process.env.PATH,
      HOME: folder,
      KEYFERRY_URL: this.url,
      KEYFERRY_FINGERPRINT: find(/KEYFERRY_FINGERPRINT=(\S+)/),
      KEYFERRY_TOKEN: find(/KEYFERRY_TOKEN=(\S+)/),
    };
  }

  static async start(configuration?: Configuration): Promise<World> {
    const first = await World.within(mkdtempSync(join(tmpdir(), "keyferry-journeys-")));
    if (configuration === undefined) return first;
    // The file of the configuration is there only after a first start.
    await ended(first.process);
    const { section, line } = configuration;
    const file = join(first.folder, "data/keyferry.toml");
    const head = `[${section}]\n`;
    writeFileSync(file, readFileSync(file, "utf8").replace(head, `${head}${line}\n`));
    return World.within(first.folder);
  }

  private static async within(folder: string): Promise<World> {
    const environment = { ...process.env, KEYFERRY_CONSOLE_FILES: FILES, HOME: folder };
    const child = spawn(BINARY, ["demo", "--data", join(folder, "data")], { env: environment });
    const telling = new Promise<string>((resolve, reject) => {
      let out = "";
      let error = "";
      const late = setTimeout(() => reject(new Error(`the demo did not start: ${out}${error}`)), START_MAX);
      child.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString();
        if (!out.includes("Ctrl-C ends the demo")) return;
        clearTimeout(late);
        resolve(out);
      });
      child.stderr.on("data", (chunk: Buffer) => (error += chunk.toString()));
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`the demo ended with ${code}: ${out}${error}`)));
    });
    try {
      return new World(child, folder, await telling);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** Runs a command of the command line as administrator, and gives what it answers as JSON. */
  async cli<T = unknown>(...args: string[]): Promise<T> {
    const { stdout } = await execute(BINARY, [...args, "--output", "json"], { env: this.environment });
    return (stdout.trim() === "" ? undefined : JSON.parse(stdout)) as T;
  }

  /** A KMS key of its own for a journey. */
  async kmsKey(name: string, ...more: string[]): Promise<void> {
    await this.cli("kms-key", "create", name, "--keystore", "payments", ...more);
  }

  async stop(): Promise<void> {
    await ended(this.process);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The server dies, without a word to anybody. */
  async die(): Promise<void> {
    await ended(this.process, "SIGKILL");
  }

  /** The server is there again, at its address, with what it has kept. */
  async revive(): Promise<void> {
    this.process = (await World.within(this.folder)).process;
  }
}

export const REGIONS = SIMULATED_REGIONS;

/** Notes what a page does that it must not: requests to elsewhere, and whatever the browser complains about. */
class Watch {
  readonly elsewhere: string[] = [];
  readonly complaints: string[] = [];
  private readonly allowed = new Set<string>();

  /** From now on pages may ask for something there too. */
  allow(origin: string): void {
    this.allowed.add(origin);
  }

  on(page: Page, origin: string): void {
    page.on("request", (request) => {
      const url = new URL(request.url());
      const isInside = url.protocol === "data:" || url.protocol === "blob:" || url.origin === origin;
      // What a page of elsewhere asks for is its own matter.
      const from = request.isNavigationRequest() ? "" : new URL(request.frame().url()).origin;
      if (!isInside && !this.allowed.has(url.origin) && !this.allowed.has(from))
        this.elsewhere.push(request.url());
    });
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isRefusal) this.complaints.push(message.text());
    });
  }
}

/** Signs somebody in as a person does. */
export async function signIn(page: Page, user: string, password: string): Promise<void> {
  await typeIn(page, user, password);
  await expect(page.getByRole("button", { name: user })).toBeVisible();
}

type Mode = "light" | "dark";
const GRAVE = new Set(["serious", "critical"]);

/** Waits until what fades in is there: half transparent, it would be found too pale. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // What a change begins begins with the next picture.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const passing = document.getAnimations().filter(({ effect }) => {
      const { iterations = 1 } = effect?.getTiming() ?? {};
      return iterations !== Infinity;
    });
    await Promise.allSettled(passing.map(({ finished }) => finished));
  });
}

/** What a dialog has scrolled out of its top counts as hidden, and with it the names of what is left: it is looked at whole. */
async function fromTheTop<T>(page: Page, look: () => Promise<T>): Promise<T> {
  const scrolled = await page.evaluateHandle(() => {
    const all = [...document.querySelectorAll("[role=dialog], [role=dialog] *")];
    const parents = all.flatMap((one) => (one.parentElement === null ? [] : [one, one.parentElement]));
    const moved = [...new Set(parents)].filter(({ scrollTop }) => scrollTop > 0);
    const kept = moved.map((one) => ({ one, top: one.scrollTop }));
    for (const { one } of kept) one.scrollTop = 0;
    return kept;
  });
  const found = await look();
  await scrolled.evaluate((kept) => kept.forEach(({ one, top }) => (one.scrollTop = top)));
  return found;
}

/** What it looks for: in the dark only the colours are others. */
function axe(page: Page, mode: Mode): AxeBuilder {
  const all = new AxeBuilder({ page });
  return mode === "light" ? all : all.withRules("color-contrast");
}

/** Which journey of this worker took a picture's name. */
const taken = new Map<string, string>();

/** Checks that everybody can use a page, in light and in dark, and keeps its pictures. */
export async function look(page: Page, name: string): Promise<void> {
  const journey = base.info().titlePath.join(" > ");
  const other = taken.get(name) ?? journey;
  if (other !== journey) throw new Error(`a picture has the name ${name} already, of: ${other}`);
  taken.set(name, journey);
  for (const mode of ["light", "dark"] satisfies Mode[]) {
    await page.emulateMedia({ colorScheme: mode });
    await settled(page);
    const found = await fromTheTop(page, () => axe(page, mode).analyze());
    const grave = found.violations.filter(({ impact }) => GRAVE.has(impact ?? ""));
    const told = grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
    expect(told, `accessibility of ${name}, ${mode}`).toEqual([]);
    mkdirSync(join(SCREENSHOTS, mode), { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, mode, `${name}.png`), animations: "disabled" });
  }
  await page.emulateMedia({ colorScheme: "light" });
}

interface Fixtures {
  /** The administrator, signed in, at the console. */
  page: Page;
  /** Another browser, in which nobody is signed in. */
  stranger: () => Promise<Page>;
  /** Such a browser at another server. */
  visit: (server: { url: string }) => Promise<Page>;
  /** A world for one journey alone, which ends with it, however the journey ends. */
  ownWorld: (configuration?: Configuration) => Promise<World>;
  watch: Watch;
}

async function open(
  browser: Browser,
  { url }: { url: string },
  state?: Awaited<ReturnType<BrowserContext["storageState"]>>,
) {
  return browser.newContext({ baseURL: url, ...(state === undefined ? {} : { storageState: state }) });
}

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

export const test = base.extend<Fixtures, { world: World; signedIn: State }>({
  world: [
    async ({}, use) => {
      const world = await World.start();
      await use(world);
      await world.stop();
    },
    { scope: "worker", timeout: START_MAX },
  ],
  signedIn: [
    async ({ browser, world }, use) => {
      const context = await open(browser, world);
      const page = await context.newPage();
      await page.goto("/");
      await signIn(page, "admin", world.password);
      const state = await context.storageState();
      // A page in which nothing happens would sign out after a while, and all others with it.
      await context.close();
      await use(state);
    },
    { scope: "worker" },
  ],
  watch: async ({}, use) => {
    const watch = new Watch();
    await use(watch);
    expect(watch.elsewhere, "requests to elsewhere").toEqual([]);
    expect(watch.complaints, "complaints of the browser").toEqual([]);
  },
  page: async ({ browser, world, signedIn, watch }, use) => {
    const context = await open(browser, world, signedIn);
    const page = await context.newPage();
    watch.on(page, world.url);
    await use(page);
    await context.close();
  },
  visit: async ({ browser, watch }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (server) => {
      const context = await open(browser, server);
      contexts.push(context);
      const page = await context.newPage();
      watch.on(page, server.url);
      return page;
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
  stranger: async ({ visit, world }, use) => {
    await use(() => visit(world));
  },
  ownWorld: [
    async ({}, use) => {
      const worlds: World[] = [];
      await use(async (configuration) => {
        const world = await World.start(configuration);
        worlds.push(world);
        return world;
      });
      await Promise.all(worlds.map((world) => world.stop()));
    },
    { timeout: STOP_MAX },
  ],
});

/** Journeys of a file in a world of their own, where what they do would reach others; once it is prepared for them. */
export function apart(prepare?: (world: World, visit: () => Promise<Page>) => Promise<void>) {
  return test.extend<object, { world: World }>({
    world: [
      async ({ browser }, use) => {
        const world = await World.start();
        try {
          await prepare?.(world, async () => (await open(browser, world)).newPage());
          await use(world);
        } finally {
          await world.stop();
        }
      },
      { scope: "worker", timeout: APART_MAX },
    ],
  });
}

export { expect };
