// The simulated AWS as its own customers see it: access keys, the file that its console offers, and KMS without Keyferry.
import { createHash, createHmac } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";

import { REGIONS, type World } from "./world";

export interface AccessKey {
  account: string;
  user: string;
  access_key_id: string;
  secret_access_key: string;
}

const OK = 200;
/** The accounts of the connections `production` and `staging`. */
export const PRODUCTION = "111122223333";
export const STAGING = "444455556666";

export function accessKey(world: World, account: string, user: string): AccessKey {
  const keys = JSON.parse(file(world, "access-keys.json")) as AccessKey[];
  const found = keys.find((key) => key.account === account && key.user === user);
  if (found === undefined) throw new Error(`no access key of ${user} in ${account}`);
  return found;
}

function file(world: World, name: string): string {
  return readFileSync(join(world.folder, "data/aws", name), "utf8").trim();
}

/** Where the simulated AWS answers. */
export function endpoint(world: World): string {
  return `https://${file(world, "address")}`;
}

/** The certificate authority of the simulated AWS. */
export function authority(world: World): string {
  return file(world, "ca.pem");
}

/** The file that AWS's console offers with a new access key. */
export function csv(accessKeyId: string, secret: string) {
  const text = `Access key ID,Secret access key\r\n${accessKeyId},${secret}\r\n`;
  return { name: "keyferry_accessKeys.csv", mimeType: "text/csv", buffer: Buffer.from(text) };
}

/** A connection of its own for a journey, to the account `staging`. */
export async function connection(world: World, name: string): Promise<void> {
  const key = accessKey(world, STAGING, "keyferry");
  const folder = join(world.folder, name);
  mkdirSync(folder);
  const [keyFile, caFile] = [join(folder, "key.csv"), join(folder, "ca.pem")];
  writeFileSync(keyFile, csv(key.access_key_id, key.secret_access_key).buffer);
  writeFileSync(caFile, authority(world));
  const link = ["--endpoint", endpoint(world), "--ca-file", caFile];
  await world.cli("connection", "add", name, "--region", "eu-central-1", "--csv", keyFile, ...link);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The headers of a signed request (Signature Version 4). */
function signed(key: AccessKey, region: string, host: string, target: string, body: string) {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/kms/aws4_request`;
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    host,
    "x-amz-date": time,
    "x-amz-target": target,
  };
  const names = Object.keys(headers).join(";");
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ["POST", "/", "", lines.join(""), names, sha256(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  const signing = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${key.secret_access_key}`);
  const signature = hmac(signing, toSign).toString("hex");
  const credential = `Credential=${key.access_key_id}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Asks KMS something as somebody in the account does, past Keyferry. */
export async function kms<T>(world: World, key: AccessKey, operation: string, input: object): Promise<T> {
  const body = JSON.stringify(input);
  const url = new URL(endpoint(world));
  const headers = signed(key, REGIONS.production, url.host, `TrentService.${operation}`, body);
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: "POST", headers, ca: authority(world) }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("end", () => {
        if (answer.statusCode === OK) resolve((text === "" ? {} : JSON.parse(text)) as T);
        else reject(new Error(`${operation}: ${answer.statusCode ?? 0} ${text}`));
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Asks KMS something as another administrator of the account of the keystore `payments`. */
export async function awsKms(world: World, operation: string, input: object): Promise<unknown> {
  return kms(world, accessKey(world, PRODUCTION, "platform-admin"), operation, input);
}

/** A KMS key with an alias, made in the account past Keyferry; gives its ARN. */
export async function foreignKey(world: World, name: string, origin: "AWS_KMS" | "EXTERNAL") {
  const key = accessKey(world, PRODUCTION, "platform-admin");
  const made = await kms<{ KeyMetadata: { Arn: string } }>(world, key, "CreateKey", { Origin: origin });
  const arn = made.KeyMetadata.Arn;
  await kms(world, key, "CreateAlias", { AliasName: `alias/${name}`, TargetKeyId: arn });
  return arn;
}
