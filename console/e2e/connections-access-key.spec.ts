import { authority, endpoint, STAGING } from "./aws";
import { simulator } from "./others";
import { expect, look, test, type World } from "./world";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const EVERYTHING = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
}

/** A connection by the access key of an IAM user of its own; gives the id of the access key. */
async function connection(world: World, name: string): Promise<string> {
  const user = { account: STAGING, name, policies: [EVERYTHING] };
  const { accessKeyId, secretAccessKey } = await simulator<Keys>(world, "POST", "users", user);
  const folder = join(world.folder, name);
  mkdirSync(folder);
  const [keyFile, caFile] = [join(folder, "key.csv"), join(folder, "ca.pem")];
  writeFileSync(keyFile, `Access key ID,Secret access key\r\n${accessKeyId},${secretAccessKey}\r\n`);
  writeFileSync(caFile, authority(world));
  const link = ["--endpoint", endpoint(world), "--ca-file", caFile];
  await world.cli("connection", "add", name, "--region", "eu-central-1", "--csv", keyFile, ...link);
  return accessKeyId;
}

test("an access key is replaced by another one in AWS, and the connection goes on with it", async ({
  page,
  world,
}) => {
  const first = await connection(world, "fresh-secret");
  await page.goto("/connections");
  await page.getByRole("link", { name: "fresh-secret", exact: true }).click();
  await page.getByRole("tab", { name: "Access key" }).click();
  await expect(page.getByText(first, { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Rotate now" }).click();
  const dialog = page.getByRole("dialog", { name: "Rotate the access key of fresh-secret" });
  for (const step of ["CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"])
    await expect(dialog.getByText(step).first()).toBeVisible();
  await look(page, "connection-rotate-access-key");
  await dialog.getByRole("button", { name: "Carry out" }).click();
  // The former one lives on for minutes, for requests that began with it.
  await expect(dialog.getByText(/the connection uses the new access key/)).toBeVisible({ timeout: 60_000 });
  await look(page, "connection-access-key-lingers");
  await dialog.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.getByText(first)).toHaveCount(0);
  const { identity } = await world.cli<{ identity: { access_key_id: string } }>(
    ...["connection", "show", "fresh-secret"],
  );
  expect(identity.access_key_id).not.toBe(first);
  await expect(page.getByText(identity.access_key_id, { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByText(`Successfully connected to the AWS account ${STAGING}`)).toBeVisible();
});
