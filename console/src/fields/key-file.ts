// A key file as a browser reads it: its bytes go to the server, and are kept nowhere else.
import type { Schemas } from "../api/client";

/** The server takes no larger ones. */
export const BYTES_MAX = 16 * 1024;

/** What was read. It lives as long as the form that asked for it, and is dropped once it was sent. */
export interface KeyFile {
  name: string;
  size: number;
  /** Its bytes. */
  base64: string;
}

export type Unfit = "too-large" | "empty";

export function base64Of(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

export async function readKeyFile(file: File): Promise<KeyFile | Unfit> {
  if (file.size > BYTES_MAX) return "too-large";
  if (file.size === 0) return "empty";
  const bytes = new Uint8Array(await file.arrayBuffer());
  const base64 = base64Of(bytes);
  bytes.fill(0);
  return { name: file.name, size: file.size, base64 };
}

export type Format = "auto" | "raw" | "base64" | "hex" | "pem";
export type Wrapping = "aes-kwp" | "rsa-oaep-sha-256" | "rsa-aes-key-wrap-sha-256";

/** How the file is to be read. */
export interface Reading {
  format: Format;
  /** What it must hold; what it does where that is empty. */
  spec: string;
  isWrapped: boolean;
  /** The id of the key under which it is wrapped. */
  wrappedBy: string;
  wrapping: Wrapping;
}

export const READING: Reading = {
  format: "auto",
  spec: "",
  isWrapped: false,
  wrappedBy: "",
  wrapping: "aes-kwp",
};

/** Whether it says all that it has to. */
export function isRead({ isWrapped, wrappedBy }: Reading): boolean {
  return !isWrapped || wrappedBy !== "";
}

type Asked = Pick<Schemas["ImportKeyRequest"], "file" | "format" | "spec" | "wrapped_by" | "wrapping">;

export function importOf(file: KeyFile, { format, spec, isWrapped, wrappedBy, wrapping }: Reading): Asked {
  return {
    file: file.base64,
    format,
    ...(spec === "" ? {} : { spec }),
    ...(isWrapped ? { wrapped_by: wrappedBy, wrapping } : {}),
  };
}
