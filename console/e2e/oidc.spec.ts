import { atProvider, CLIENT, Provider } from "./provider";
import { carryOut, choose, close } from "./steps";
import { expect, look, signIn, test } from "./world";

// Each goes through many pages.
test.slow();

test("a provider is added, answers, gives a role by a claim, lets in who was invited, and nobody else", async ({
  ownWorld,
  visit,
  watch,
}) => {
  const world = await ownWorld({ section: "sign_in", line: 'private_hosts = "localhost"' });
  const page = await visit(world);
  await page.goto("/");
  await signIn(page, "admin", world.password);
  const redirect = `${world.url}/api/v1/sessions/oidc/corp/callback`;
  const provider = await Provider.start(world.folder, redirect, {
    olga: { groups: ["staff", "watchers"], name: "Olga Berg" },
    mallory: { groups: ["watchers"] },
  });
  try {
    watch.allow(provider.issuer);
    await page.goto("/settings/sign-in-providers");
    await expect(page.getByText("No sign-in providers")).toBeVisible();
    await look(page, "sign-in-providers-empty");
    await page.getByRole("button", { name: "Add provider" }).click();
    let dialog = page.getByRole("dialog", { name: "Add provider" });
    await dialog.getByLabel("Name", { exact: true }).fill("corp");
    await dialog.getByLabel("Issuer").fill("not an address");
    await dialog.getByLabel("Client id").fill(CLIENT.id);
    await dialog.getByLabel(/^Client secret/).fill(CLIENT.secret);
    await dialog.getByLabel(/^CA certificates/).fill(provider.certificate);
    await dialog.getByRole("button", { name: "Preview" }).click();
    await expect(dialog.getByText(/write https:..HOST/)).toBeVisible();
    await dialog.getByLabel("Issuer").fill(provider.issuer);
    await look(page, "sign-in-providers-add");
    await carryOut(dialog);
    await close(dialog);
    await page.getByRole("link", { name: "corp" }).click();
    await expect(page.getByText(redirect)).toBeVisible();
    await page.getByRole("button", { name: "Test" }).click();
    await expect(page.getByText("The provider answers, and its keys can be used.")).toBeVisible();
    await page.getByRole("button", { name: "Add rule" }).click();
    dialog = page.getByRole("dialog", { name: "Add rule" });
    await dialog.getByLabel("Value").fill("watchers");
    await choose(dialog, "Role", "auditor");
    await choose(dialog, "Group", "default");
    await carryOut(dialog);
    await close(dialog);
    await expect(page.getByRole("radio", { name: "Select groups = watchers" })).toBeVisible();
    await look(page, "sign-in-provider");

    await page.goto("/users");
    await page.getByRole("button", { name: "Create user" }).click();
    dialog = page.getByRole("dialog");
    await dialog.getByLabel("User name").fill("olga");
    await choose(dialog, "Signs in", "Provider corp");
    await dialog.getByLabel(/^Subject at the provider/).fill("olga");
    await carryOut(dialog, /comes by the provider/);
    await close(dialog);

    const invited = await visit(world);
    await invited.goto("/groups");
    await look(invited, "sign-in-providers");
    await invited.getByRole("link", { name: "Sign in with corp" }).click();
    await atProvider(invited, "olga");
    await expect(invited.getByRole("button", { name: "olga" })).toBeVisible();
    // Where the person wanted to go, with what the claim gives.
    await expect(invited.getByRole("link", { name: "default" })).toBeVisible();
    await invited.goto("/me");
    await expect(invited.getByText("You come by corp; your password is there.")).toBeVisible();
    await invited.getByRole("button", { name: "olga" }).click();
    await invited.getByRole("menuitem", { name: "Sign out" }).click();
    const leaving = invited.getByRole("dialog", { name: "Sign out of Keyferry?" });
    await expect(leaving.getByText("You came by corp. Your session there goes on")).toBeVisible();
    await look(invited, "sign-out-asked");
    await leaving.getByRole("button", { name: "Cancel" }).click();
    await invited.getByRole("button", { name: "olga" }).click();
    await invited.getByRole("menuitem", { name: "Sign out" }).click();
    await leaving.getByRole("button", { name: "Sign out" }).click();
    await expect(invited.getByText("At corp your session goes on: sign out there too")).toBeVisible();

    const other = await visit(world);
    await other.goto("/");
    await other.getByRole("link", { name: "Sign in with corp" }).click();
    await atProvider(other, "mallory");
    await expect(other.getByText("The sign-in at the provider did not succeed")).toBeVisible();
    await expect(other.getByText(/access\.not-admitted/)).toBeVisible();
    await expect(other.getByLabel("User name")).toBeVisible();
    await look(other, "sign-in-provider-failed");

    await page.goto("/settings/sign-in-providers/corp");
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    dialog = page.getByRole("dialog", { name: "Edit provider" });
    for (const [label, wrong, told] of [
      ["Address of Keyferry", "keyferry", /https/],
      [/^CA certificates/, "no certificate", /certificate/],
    ] as const) {
      const field = dialog.getByLabel(label);
      const before = await field.inputValue();
      await field.fill(wrong);
      await dialog.getByRole("button", { name: "Preview" }).click();
      await expect(dialog.getByRole("alert").getByText(told).first()).toBeVisible();
      await expect(dialog.getByRole("button", { name: "Carry out" })).toHaveCount(0);
      await field.fill(before);
    }
    await choose(dialog, "Who is let in", "Everybody");
    await carryOut(dialog);
    await close(dialog);
    await expect(page.getByText("Everybody whom the provider lets in")).toBeVisible();
    await page.getByRole("radio", { name: "Select groups = watchers" }).check();
    await page.getByRole("button", { name: "Remove rule" }).click();
    dialog = page.getByRole("dialog", { name: "Remove rule: groups = watchers" });
    await carryOut(dialog);
    await close(dialog);
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    dialog = page.getByRole("dialog", { name: "Remove provider corp" });
    await dialog.getByLabel("To confirm, type corp").fill("corp");
    await dialog.getByRole("button", { name: "Carry out" }).click();
    await expect(page.getByText("Provider corp is removed.")).toBeVisible();
    await invited.reload();
    await expect(invited.getByLabel("User name")).toBeVisible();
  } finally {
    provider.stop();
  }
});
