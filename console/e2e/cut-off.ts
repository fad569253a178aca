// Somebody on the way to the server, who lets only the beginning of an answer through.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page } from "@playwright/test";

import type { World } from "./world";

/** The next export that is taken breaks on the way, once. Nothing of it reaches the server. */
export async function cutOff(world: World, page: Page): Promise<void> {
  const [key, cert] = [join(world.folder, "on-the-way.key"), join(world.folder, "on-the-way.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
    response.writeHead(200, { "Content-Type": "application/x-tar" });
    response.write(Buffer.alloc(700, "README.txt"), () => response.destroy());
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await page.route(
    (url) => url.pathname.endsWith("/export") && url.searchParams.get("dry_run") !== "true",
    (route) => route.continue({ url: `https://127.0.0.1:${port}/` }),
    { times: 1 },
  );
}
