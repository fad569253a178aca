import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { enter, person } from "./others";
import { expect, test, type World } from "./world";

interface Preparation {
  id: string;
  name: string;
}

async function prepare(world: World, key: string, file: string): Promise<void> {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const path = join(world.folder, file);
  writeFileSync(path, publicKey.export({ type: "spki", format: "pem" }));
  await world.cli("key", "prepare-download", key, "1", "--public-key", path, "--reason", "moving");
}

async function prepared(world: World, key: string): Promise<Preparation[]> {
  const told = await world.cli<Preparation[] | { items: Preparation[] }>("key", "preparations");
  return (Array.isArray(told) ? told : told.items).filter(({ name }) => name === key);
}

test("what is prepared anew under another key after it was shown is not taken, and not lost", async ({
  stranger,
  world,
}) => {
  test.slow();
  const name = "journey-exchanged";
  await world.cli("key", "create", name, "--exportable");
  await prepare(world, name, "shown.pem");
  await person(world, "erin", "operator", "default");
  const erin = await stranger();
  await enter(erin, "erin");
  await erin.goto("/keys/preparations");
  await erin.getByRole("radio", { name: `Select ${name}, version 1` }).check();
  await erin.getByRole("button", { name: "Download", exact: true }).click();
  const take = erin.getByRole("dialog", { name: `Download version 1 of ${name}` });
  await take.getByRole("button", { name: "Preview" }).click();
  await expect(take.getByText("admin prepared it: moving")).toBeVisible();

  for (const { id } of await prepared(world, name)) await world.cli("key", "cancel-preparation", id);
  await prepare(world, name, "exchanged.pem");
  await take.getByRole("button", { name: "Carry out" }).click();
  await expect(take.getByText("export.other-public-key")).toBeVisible();
  expect(await prepared(world, name)).toHaveLength(1);
});
