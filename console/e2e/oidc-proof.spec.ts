import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";

import { atProvider, CLIENT, Provider } from "./provider";
import { forgetProof } from "./others";
import { expect, look, test } from "./world";

// It goes through many pages.
test.slow();

/** When the person of a page last proved who it is, as the server knows it. */
async function confirmedAt(page: Page): Promise<number> {
  const answer = await page.request.get("/api/v1/me/sessions");
  const { items } = (await answer.json()) as { items: { is_this: boolean; confirmed_at: string }[] };
  return Date.parse(items.find(({ is_this }) => is_this)?.confirmed_at ?? "");
}

/** Goes to the provider in another tab, as somebody, and comes back from there. */
async function confirmAs(page: Page, login: string): Promise<Page> {
  const opened = page.context().waitForEvent("page");
  await page.getByRole("link", { name: "Confirm at corp" }).click();
  const tab = await opened;
  await atProvider(tab, login);
  await expect(tab.getByRole("button", { name: "olga" })).toBeVisible();
  return tab;
}

test("whoever came by a provider proves there who she is before she approves, and nobody else can for her", async ({
  ownWorld,
  visit,
  watch,
}) => {
  const world = await ownWorld({ section: "sign_in", line: 'private_hosts = "localhost"' });
  const redirect = `${world.url}/api/v1/sessions/oidc/corp/callback`;
  const provider = await Provider.start(world.folder, redirect, { olga: {}, mallory: {} });
  try {
    watch.allow(provider.issuer);
    const at = (name: string) => join(world.folder, name);
    writeFileSync(at("client-secret"), CLIENT.secret, { mode: 0o600 });
    writeFileSync(at("provider-ca.pem"), provider.certificate);
    const client = ["--client-id", CLIENT.id, "--client-secret-file", at("client-secret")];
    const where = ["--issuer", provider.issuer, "--ca-file", at("provider-ca.pem")];
    await world.cli("sign-in-provider", "add", "corp", ...where, ...client);
    await world.cli("user", "create", "olga", "--provider", "corp", "--subject", "olga");
    await world.cli("role", "give", "system-administrator", "--to", "olga");
    // The command ends with an exit code of its own once others are asked.
    const asking = ["--approvers", "1", "--ask", "nobody loses a key alone"];
    await expect(world.cli("approval-rule", "set", "destructive", ...asking)).rejects.toThrow();

    const olga = await visit(world);
    await olga.goto("/approvals");
    await olga.getByRole("link", { name: "Sign in with corp" }).click();
    await atProvider(olga, "olga");
    await olga.getByRole("link", { name: "approval-rule.manage" }).click();
    const before = await confirmedAt(olga);

    await forgetProof(olga, 2);
    await olga.getByRole("button", { name: "Approve", exact: true }).click();
    const approving = olga.getByRole("dialog", { name: /^Approve: / });
    await approving.getByLabel("Comment").fill("seen");
    await approving.getByRole("button", { name: "Preview" }).click();
    const proving = olga.getByRole("dialog", { name: "Is it still you?" });
    await expect(proving.getByText("corp asks you in another tab.")).toBeVisible();
    await expect(proving.getByLabel("Password")).toHaveCount(0);
    await look(olga, "confirm-at-provider");

    // Whoever says so without having done it is refused as before.
    await proving.getByRole("button", { name: "I have confirmed, go on" }).click();
    await expect(approving.getByText("approval.not-recent")).toBeVisible();
    await forgetProof(olga, 1);
    await approving.getByRole("button", { name: "Try again" }).click();

    const wrong = await confirmAs(olga, "mallory");
    await expect(wrong.getByText("Somebody else signed in at the provider")).toBeVisible();
    await look(wrong, "confirm-as-another");
    await wrong.close();
    expect(await confirmedAt(olga)).toBe(before);

    const tab = await confirmAs(olga, "olga");
    await expect(tab.getByText("The sign-in at the provider did not succeed")).toHaveCount(0);
    await tab.close();
    expect(await confirmedAt(olga)).toBeGreaterThan(before);

    // Nothing is lost of what was typed.
    await proving.getByRole("button", { name: "I have confirmed, go on" }).click();
    await expect(proving).toHaveCount(0);
    await expect(approving.getByLabel("Comment")).toHaveValue("seen");
    await approving.getByRole("button", { name: "Carry out" }).click();
    await expect(approving.getByText("You approved it.")).toBeVisible();
    const [asked] = await world.cli<object[]>("approval", "list");
    const decision = { user: "olga", verdict: "approve", comment: "seen" };
    expect(asked).toMatchObject({ ready: true, decisions: [decision] });
  } finally {
    provider.stop();
  }
});
