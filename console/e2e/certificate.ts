// A certificate that a server of a journey shows: of a server, and of no CA.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  /** PEM. */
  certificate: string;
  /** PEM. */
  privateKey: string;
}

/** Makes one for `localhost`, with its files `certificate.pem` and `private-key.pem` in a folder. */
export function certificateIn(folder: string): Certificate {
  const at = (name: string) => join(folder, name);
  const names = "subjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE";
  const request = "[req]\nprompt=no\ndistinguished_name=dn\nx509_extensions=server\n[dn]\nCN=localhost\n";
  writeFileSync(at("openssl.cnf"), `${request}[server]\n${names}\n`);
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const files = [
    "-config",
    at("openssl.cnf"),
    "-keyout",
    at("private-key.pem"),
    "-out",
    at("certificate.pem"),
  ];
  execFileSync("openssl", ["req", "-x509", ...kind, ...files], { stdio: "ignore" });
  const read = (name: string) => readFileSync(at(name), "utf8");
  return { certificate: read("certificate.pem"), privateKey: read("private-key.pem") };
}
