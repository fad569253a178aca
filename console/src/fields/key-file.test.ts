import { describe, expect, it } from "vitest";

import { base64Of, BYTES_MAX, importOf, isRead, readKeyFile, READING } from "./key-file";

const fileOf = (size: number) => new File([new Uint8Array(size).fill(7)], "some.key");

describe("a key file", () => {
  it("is read as its bytes, whatever they are", async () => {
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const read = await readKeyFile(new File([every], "every.bin"));
    expect(read).toEqual({ name: "every.bin", size: 256, base64: Buffer.from(every).toString("base64") });
    expect(base64Of(new Uint8Array([0, 255]))).toBe("AP8=");
  });

  it("is told where it cannot be one", async () => {
    expect(await readKeyFile(fileOf(0))).toBe("empty");
    expect(await readKeyFile(fileOf(BYTES_MAX + 1))).toBe("too-large");
    expect(await readKeyFile(fileOf(BYTES_MAX))).toHaveProperty("size", BYTES_MAX);
  });

  it("is asked to be unwrapped only where it is wrapped", () => {
    const file = { name: "a", size: 1, base64: "AA==" };
    expect(importOf(file, READING)).toEqual({ file: "AA==", format: "auto" });
    const wrapped = { ...READING, isWrapped: true, wrappedBy: "kek", spec: "AES-256" };
    expect(importOf(file, wrapped)).toEqual({
      file: "AA==",
      format: "auto",
      spec: "AES-256",
      wrapped_by: "kek",
      wrapping: "aes-kwp",
    });
    expect(isRead(wrapped)).toBe(true);
    expect(isRead({ ...wrapped, wrappedBy: "" })).toBe(false);
  });
});
