import { choose, next } from "./steps";
import { expect, look, test } from "./world";
import { finish, toUpload, type Key, type Shown } from "./upload";

test("a new key is made and uploaded with everything that can be said of it", async ({ page, world }) => {
  await toUpload(page);
  await look(page, "upload-key");
  await choose(page, "Keystore", "payments");
  await page.getByLabel("Name", { exact: true }).fill("wizard-orders");
  await choose(page, "Permitted operations", "encrypt", "decrypt");
  await page.getByRole("checkbox", { name: "Exportable" }).check();
  await page.getByLabel("Active versions at most").fill("4");
  await page.getByLabel("Aliases", { exact: true }).fill("wizard-orders");
  await page.getByRole("button", { name: "Add to Aliases" }).click();
  await page.getByLabel("Aliases", { exact: true }).fill("wizard-orders-2");
  await page.getByLabel("Description", { exact: true }).fill("Orders of the web shop");
  await page.getByRole("radio", { name: "Disabled" }).check();
  await choose(page, "Regions", "eu-central-1", "us-east-1");
  await page.getByRole("button", { name: "Access" }).click();
  await choose(page, "Key users", "user/bob", "role/payments-app");
  await choose(page, "Key administrators", "user/alice", "user/platform-admin");
  await page.getByRole("button", { name: "Rotation", exact: true }).click();
  await page.getByRole("radio", { name: "Regularly" }).check();
  await choose(page, "Every", "90 days");
  await page.getByRole("button", { name: "Tags", exact: true }).click();
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.getByRole("textbox", { name: "Tag key" }).fill("cost-center");
  await page.getByRole("textbox", { name: "Tag value" }).fill("4711");
  await look(page, "upload-key-filled");
  await next(page);
  await expect(page.getByText("cost-center = 4711")).toBeVisible();
  await expect(page.getByText("user/platform-admin")).toBeVisible();
  await expect(page.getByText("ImportKeyMaterial").first()).toBeVisible();
  await look(page, "upload-summary");
  await finish(page);
  await look(page, "upload-done");
  await page.getByRole("button", { name: "Open the KMS key" }).click();
  await expect(page).toHaveURL(/\/kms-keys\/[0-9a-f-]{36}$/);
  const shown = await world.cli<Shown>("kms-key", "show", "wizard-orders");
  expect(shown).toMatchObject({
    multi_region: true,
    key_state: "Disabled",
    description: "Orders of the web shop",
  });
  expect(await world.cli<Key>("key", "show", "wizard-orders")).toMatchObject({
    exportable: true,
    permitted_operations: ["encrypt", "decrypt"],
    active_versions_max: 4,
  });
  expect(shown.aliases).toEqual(expect.arrayContaining(["alias/wizard-orders", "alias/wizard-orders-2"]));
  expect(shown.regions).toEqual(["eu-central-1", "us-east-1"]);
  expect(shown.tags).toMatchObject({ "cost-center": "4711", team: "payments" });
  expect(shown.rotation).toMatchObject({ every: "90d" });
  expect(shown.access.users.join()).toContain("role/payments-app");
  expect(shown.access.administrators.join()).toContain("user/platform-admin");
});

test("what was typed is still there after going back and forth, and what lacks is named", async ({
  page,
}) => {
  await toUpload(page);
  await next(page);
  await expect(page.getByText("This is needed.")).toHaveCount(2);
  await choose(page, "Keystore", "signing");
  await page.getByLabel("Name", { exact: true }).fill("wizard-back");
  await choose(page, "Spec", "HMAC-384");
  await next(page);
  await expect(page.getByText("HMAC-384")).toBeVisible();
  await expect(page.getByText("CreateKey").first()).toBeVisible();
  await page.getByRole("button", { name: "Previous" }).click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("wizard-back");
  await expect(
    page.getByRole("button", { name: "Spec", exact: false }).filter({ hasText: "HMAC-384" }),
  ).toBeVisible();
  await page.getByLabel("Name", { exact: true }).fill("wizard-forth");
  await next(page);
  await expect(page.getByText("wizard-forth").first()).toBeVisible();
  await finish(page);
});

test("material ends at the time of day in the time zone that was said", async ({ page, world }) => {
  await toUpload(page);
  await choose(page, "Keystore", "payments");
  await page.getByLabel("Name", { exact: true }).fill("wizard-expires");
  await page.getByRole("button", { name: "Expiry" }).click();
  await page.getByRole("radio", { name: "On a date" }).check();
  await next(page);
  await expect(page.getByText("Give a date and a time.")).toBeVisible();
  await page.getByRole("textbox", { name: "Expiration date" }).fill("2028-08-18");
  await page.getByLabel("Expiration time", { exact: true }).fill("00:48");
  await choose(page, "Expiration time zone", "US/Pacific");
  await expect(page.getByText("That is 2028-08-18 07:48 UTC")).toBeVisible();
  await expect(page.getByText("UTC-07:00")).toBeVisible();
  await expect(page.getByText("Beyond AWS's 365 days")).toBeVisible();
  await look(page, "upload-expiry");
  await next(page);
  await expect(page.getByText("2028-08-18 00:48 US/Pacific (2028-08-18 07:48 UTC)")).toBeVisible();
  await finish(page);
  const shown = await world.cli<Shown>("kms-key", "show", "wizard-expires");
  expect(shown.renew_until ?? shown.expires_at).toContain("2028-08-18T07:48");
});

test("what a KMS key cannot have is told where it was said or with the plan, and mended step by step", async ({
  page,
  world,
}) => {
  await world.kmsKey("wizard-taken", "--alias", "wizard-taken");
  await toUpload(page);
  await choose(page, "Keystore", "payments");
  await page.getByLabel("Name", { exact: true }).fill("wizard-taken");
  const alias = page.getByLabel("Aliases", { exact: true });
  await alias.fill("two words");
  await page.getByRole("button", { name: "Access" }).click();
  const others = page.getByLabel("Other AWS accounts that may use it", { exact: true });
  await others.fill("12345");
  await page.getByRole("button", { name: "Expiry" }).click();
  await page.getByRole("radio", { name: "On a date" }).check();
  await page.getByRole("textbox", { name: "Expiration date" }).fill("2020-02-29");
  await page.getByLabel("Expiration time", { exact: true }).fill("");
  await page.getByRole("button", { name: "Rotation", exact: true }).click();
  await page.getByRole("radio", { name: "Regularly" }).check();
  await choose(page, "Every", "Another period");
  await page.getByRole("textbox", { name: "Another period" }).fill("often");
  await page.getByRole("button", { name: "Tags", exact: true }).click();
  await page.getByRole("button", { name: "Add tag" }).click();
  await page.getByRole("textbox", { name: "Tag key" }).fill("aws:cost");
  await expect(page.getByText("Keys that begin with aws: or keyferry: are reserved.")).toBeVisible();
  await next(page);
  await expect(
    page.getByText("Missing above, or not as it can be: Expiry, Rotation.", { exact: true }),
  ).toBeVisible();
  await look(page, "upload-wrong-further");
  await page.getByLabel("Expiration time", { exact: true }).fill("12:00");
  await page.getByRole("radio", { name: "As the keystore says" }).check();

  // The server tells of one after the other; each is mended where it was said.
  const name = page.getByLabel("Name", { exact: true });
  const instead = async (wrong: string, field: typeof alias, right: string) => {
    await page.getByRole("button", { name: `Remove ${wrong}`, exact: true }).click();
    await field.fill(right);
  };
  const mends: [RegExp, string | undefined, () => Promise<void>][] = [
    [/kms-key\.bad-alias/, undefined, () => instead("two words", alias, "wizard-taken")],
    [/kms-key\.tags/, "Tags", () => page.getByRole("textbox", { name: "Tag key" }).fill("cost")],
    [/kms-key\.expiry/, "Expiry", () => page.getByRole("radio", { name: "Never", exact: true }).check()],
    [/12345/, "Access", () => instead("12345", others, "444455556666")],
    [/\.name-taken/, undefined, () => name.fill("wizard-told")],
    [/plan\.foreign-alias/, undefined, () => instead("wizard-taken", alias, "wizard-told")],
  ];
  const problem = page.getByRole("main").getByRole("alert").filter({ hasText: "Request" });
  while (mends.length > 0) {
    await next(page);
    await expect(problem).toBeInViewport();
    const told = (await problem.textContent()) ?? "";
    const at = mends.findIndex(([form]) => form.test(told));
    const [mend] = mends.splice(at, 1);
    if (at === -1 || mend === undefined) throw new Error(`nobody said that: ${told}`);
    await page.getByRole("button", { name: "Previous" }).click();
    if (mend[1] !== undefined) await page.getByRole("button", { name: mend[1], exact: true }).click();
    await mend[2]();
  }
  await next(page);
  await finish(page);
  const shown = await world.cli<Shown>("kms-key", "show", "wizard-told");
  expect(shown).toMatchObject({ aliases: ["alias/wizard-told"], tags: { cost: "" } });
});
