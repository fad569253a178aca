// Audit entries that are taken elsewhere: by a syslog server over TLS, and in a file beside the server.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server, type TLSSocket } from "node:tls";

import type { Locator, Page } from "@playwright/test";

import { certificateIn } from "./certificate";
import { carryOut, choose, close } from "./steps";
import { expect, look, signIn, test } from "./world";

/** A syslog server that takes whatever is sent to it (RFC 5425). */
class Syslog {
  readonly certificate: string;
  private readonly server: Server;
  private readonly sockets = new Set<TLSSocket>();
  private told = "";

  constructor(within: string) {
    const folder = join(within, "syslog");
    mkdirSync(folder);
    const { certificate, privateKey } = certificateIn(folder);
    this.certificate = certificate;
    this.server = createServer({ cert: certificate, key: privateKey }, (socket) => {
      this.sockets.add(socket);
      socket.on("data", (part: Buffer) => (this.told += part.toString()));
      socket.on("error", () => socket.destroy());
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, "localhost", resolve));
  }

  get port(): string {
    return String((this.server.address() as AddressInfo).port);
  }

  /** What it was told until now. */
  get taken(): string {
    return this.told;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

/** Begins to add a destination of a kind. */
async function adding(page: Page, name: string, kind: string): Promise<Locator> {
  await page.goto("/settings/audit-destinations");
  await page.getByRole("button", { name: "Add destination" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await choose(dialog, "Kind", kind);
  return dialog;
}

async function tryOut(page: Page, name: string): Promise<Locator> {
  await page.getByRole("radio", { name: `Select ${name}` }).check();
  await page.getByRole("button", { name: "Test", exact: true }).click();
  return page.getByRole("dialog", { name: `Send a trial to ${name}` });
}

test("a syslog server takes a trial and all entries, once its certificate is trusted", async ({
  ownWorld,
  visit,
}) => {
  test.slow();
  const world = await ownWorld({ section: "alerts", line: 'private_hosts = "localhost"' });
  const page = await visit(world);
  await page.goto("/");
  await signIn(page, "admin", world.password);
  const syslog = new Syslog(world.folder);
  await syslog.start();
  try {
    const dialog = await adding(page, "siem-syslog", "Syslog over TLS");
    await dialog.getByLabel("Host").fill("localhost");
    await dialog.getByLabel("Port").fill(syslog.port);
    await carryOut(dialog);
    await close(dialog);
    const untrusted = await tryOut(page, "siem-syslog");
    await untrusted.getByRole("button", { name: "Carry out" }).click();
    await expect(untrusted.getByText(/the trial message was not taken: .*certificate/)).toBeVisible();
    await untrusted.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    const removal = page.getByRole("dialog", { name: "Remove siem-syslog" });
    await removal.getByLabel("To confirm, type siem-syslog").fill("siem-syslog");
    await carryOut(removal);
    await close(removal);

    await adding(page, "siem-syslog", "Syslog over TLS");
    await dialog.getByLabel("Host").fill("localhost");
    await dialog.getByLabel("Port").fill(syslog.port);
    await dialog.getByLabel("CA certificates").fill(syslog.certificate);
    await look(page, "settings-destination-syslog");
    await carryOut(dialog);
    await close(dialog);
    const trial = await tryOut(page, "siem-syslog");
    await carryOut(trial, "The trial was taken.");
    await close(trial);
    await expect.poll(() => syslog.taken).toContain("audit-destination.add");
    await page.reload();
    const row = page.getByRole("row", { name: /siem-syslog Syslog over TLS/ });
    await expect(row.getByText("Up to date")).toBeVisible();
  } finally {
    syslog.stop();
  }
});

test("entries are written into a file of the folder that the configuration names, and into no other", async ({
  ownWorld,
  visit,
}) => {
  test.slow();
  const folder = mkdtempSync(join(tmpdir(), "keyferry-entries-"));
  try {
    const world = await ownWorld({ section: "audit", line: `export_folder = "${folder}"` });
    const page = await visit(world);
    await page.goto("/");
    await signIn(page, "admin", world.password);
    const dialog = await adding(page, "archive", "File on the server");
    await dialog.getByLabel("File", { exact: true }).fill("../elsewhere.jsonl");
    await dialog.getByRole("button", { name: "Preview" }).click();
    await expect(dialog.getByText(/request\.invalid/)).toBeVisible();
    await dialog.getByLabel("File", { exact: true }).fill("entries.jsonl");
    await carryOut(dialog);
    await close(dialog);
    const trial = await tryOut(page, "archive");
    await carryOut(trial, "The trial was taken.");
    await look(page, "settings-destination-file");
    await close(trial);
    const written = () => readFileSync(join(folder, "entries.jsonl"), "utf8");
    await expect.poll(written).toContain("audit-destination.add");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
