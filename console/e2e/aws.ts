// Somebody else in the simulated AWS account: calls AWS KMS by its own API, behind the product's back.
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";

import { REGIONS, type World } from "./world";

interface AccessKey {
  account: string;
  user: string;
  access_key_id: string;
  secret_access_key: string;
}

const ACCOUNT = "111122223333";
const SOMEBODY_ELSE = "platform-admin";

function accessKeyOf(folder: string): AccessKey {
  const all = JSON.parse(readFileSync(join(folder, "access-keys.json"), "utf8")) as AccessKey[];
  const found = all.find(({ account, user }) => account === ACCOUNT && user === SOMEBODY_ELSE);
  if (found === undefined) throw new Error("the demo has no access key of another administrator");
  return found;
}

function mac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The headers of a request that is signed as AWS wants it (Signature Version 4). */
function signed(host: string, operation: string, body: string, region: string, by: AccessKey) {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const day = time.slice(0, 8);
  const target = `TrentService.${operation}`;
  const names = "content-type;host;x-amz-date;x-amz-target";
  const type = "application/x-amz-json-1.1";
  const headers = `content-type:${type}\nhost:${host}\nx-amz-date:${time}\nx-amz-target:${target}\n`;
  const scope = `${day}/${region}/kms/aws4_request`;
  const canonical = ["POST", "/", "", headers, names, hash(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n");
  const key = [day, region, "kms", "aws4_request"].reduce<string | Buffer>(
    mac,
    `AWS4${by.secret_access_key}`,
  );
  const signature = mac(key, toSign).toString("hex");
  return {
    "Content-Type": type,
    "X-Amz-Date": time,
    "X-Amz-Target": target,
    Authorization: `AWS4-HMAC-SHA256 Credential=${by.access_key_id}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Calls an operation of AWS KMS in the account of the keystore `payments`. */
export async function awsKms(
  world: World,
  operation: string,
  input: Record<string, unknown>,
  region: string = REGIONS.production,
): Promise<unknown> {
  const folder = join(world.folder, "data", "aws");
  const host = readFileSync(join(folder, "address"), "utf8").trim();
  const body = JSON.stringify(input);
  const headers = signed(host, operation, body, region, accessKeyOf(folder));
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers, ca: readFileSync(join(folder, "ca.pem")) };
    const sending = request(`https://${host}/`, options, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text === "" ? undefined : JSON.parse(text));
        else reject(new Error(`${operation} was answered ${response.statusCode}: ${text}`));
      });
    });
    sending.on("error", reject);
    sending.end(body);
  });
}
