// What goes out to somebody who listens: alerts and audit entries, signed with what was shown once.
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { Locator, Page } from "@playwright/test";

import { disableElsewhere } from "./others";
import { carryOut, choose, close, shownOnce } from "./steps";
import { expect, look, signIn, test } from "./world";

interface Received {
  path: string | undefined;
  signature: string;
  timestamp: string;
  body: string;
}

/** A program that takes whatever is sent to it. */
class Receiver {
  readonly received: Received[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      void this.take(request).then(() => response.writeHead(204).end());
    });
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  private async take(request: IncomingMessage): Promise<void> {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const told = (name: string) => String(request.headers[name]);
    const signature = told("keyferry-signature");
    this.received.push({ path: request.url, signature, timestamp: told("keyferry-timestamp"), body });
  }

  at(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** What came there, once something did, if its signature is right. */
  async genuine(path: string, secret: string, part: string): Promise<string> {
    const found = () => this.received.find((one) => one.path === path && one.body.includes(part));
    await expect.poll(found).toBeDefined();
    const { signature, timestamp, body } = found() ?? { signature: "", timestamp: "", body: "" };
    const signed = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
    expect(signature).toBe(`v1=${signed}`);
    return body;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function addWebhook(page: Page, dialog: Locator, receiver: Receiver): Promise<string> {
  await page.goto("/alerts/destinations");
  await page.getByRole("button", { name: "Add destination" }).click();
  await dialog.getByLabel("Name", { exact: true }).fill("pager");
  await dialog.getByLabel("URL").fill("https://10.1.2.3/alerts");
  await dialog.getByRole("button", { name: "Preview" }).click();
  await expect(dialog.getByText(/private/).last()).toBeVisible();
  await dialog.getByLabel("URL").fill(receiver.at("/alerts"));
  await carryOut(dialog, "pager was added");
  const secret = (await dialog.getByText(/^[0-9a-f]{64}$/).textContent()) ?? "";
  await close(dialog);
  return secret;
}

test("trial messages, alerts and audit entries reach who listens, signed with the secrets that were shown", async ({
  ownWorld,
  visit,
}) => {
  test.slow();
  const world = await ownWorld({ section: "alerts", line: 'private_hosts = "127.0.0.1"' });
  const page = await visit(world);
  const dialog = page.getByRole("dialog");
  const receiver = await Receiver.start();
  try {
    await page.goto("/");
    await signIn(page, "admin", world.password);
    const ofAlerts = await addWebhook(page, dialog, receiver);
    await page.getByRole("radio", { name: "Select pager" }).check();
    await page.getByRole("button", { name: "Send a trial message" }).click();
    await carryOut(dialog, "The message was taken.");
    await look(page, "alert-destination-tried");
    await close(dialog);
    await receiver.genuine("/alerts", ofAlerts, "alert.test");

    await world.kmsKey("told-outside");
    await disableElsewhere(world, "told-outside");
    await receiver.genuine("/alerts", ofAlerts, "told-outside");
    await page.goto("/alerts");
    await page
      .getByRole("row", { name: /told-outside/ })
      .getByRole("link")
      .first()
      .click();
    await expect(page.getByRole("row", { name: /pager/ }).getByText("Delivered")).toBeVisible();
    await look(page, "alert-delivered");

    await page.goto("/settings/audit-destinations");
    await page.getByRole("button", { name: "Add destination" }).click();
    await dialog.getByLabel("Name", { exact: true }).fill("collector");
    await choose(dialog, "Kind", "Webhook");
    await dialog.getByLabel("Address", { exact: true }).fill(receiver.at("/entries"));
    await carryOut(dialog, "Signing secret");
    const ofEntries = await shownOnce(dialog, "Signing secret");
    await close(dialog);
    await page.getByRole("radio", { name: "Select collector" }).check();
    await page.getByRole("button", { name: "Test", exact: true }).click();
    await carryOut(dialog, "The trial was taken.");
    await look(page, "settings-destination-taken");
    await close(dialog);
    await receiver.genuine("/entries", ofEntries, "alert-destination.add");
    await page.reload();
    await expect(page.getByRole("row", { name: /collector Webhook/ }).getByText("Up to date")).toBeVisible();
  } finally {
    receiver.stop();
  }
});
