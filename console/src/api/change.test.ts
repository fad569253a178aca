import { beforeEach, describe, expect, it, vi } from "vitest";

import { change, send } from "./change";
import { asProblem } from "./client";

/** The client takes hold of `fetch` when it is made. */
const rim = vi.hoisted(() => {
  const held = { answer: (asked: Request) => Promise.reject<Response>(new Error(asked.url)) };
  vi.stubGlobal("fetch", (asked: Request) => held.answer(asked));
  return held;
});

const TAKE = change("post", "/api/v1/groups/{group}/export", {
  path: { group: "g" },
  query: { public_key_sha256: "ab" },
  file: true,
});

/** A body that comes in parts, and then ends, or breaks. */
function coming(parts: string[], isBroken = false): ReadableStream<Uint8Array> {
  const left = parts.map((part) => new TextEncoder().encode(part));
  return new ReadableStream({
    pull(controller) {
      const part = left.shift();
      if (part !== undefined) controller.enqueue(part);
      else if (isBroken) controller.error(new TypeError("network error"));
      else controller.close();
    },
  });
}

function textOf(file: unknown): Promise<string> {
  return (file as Blob).text();
}

let response: Response;
beforeEach(() => {
  rim.answer = () => Promise.resolve(response);
});

describe("a request that answers a file", () => {
  it("gives all of it", async () => {
    response = new Response(coming(["one ", "two"]));
    expect(await textOf((await send(TAKE)).data)).toBe("one two");
  });

  it("gives what came where the rest is lost on the way, for it is answered once", async () => {
    response = new Response(coming(["one ", "two"], true));
    expect(await textOf((await send(TAKE)).data)).toBe("one two");
    response = new Response(coming([], true));
    expect(await textOf((await send(TAKE)).data)).toBe("");
  });

  it("gives none where there is none", async () => {
    response = new Response(null, { headers: { "Content-Length": "0" } });
    expect(await textOf((await send(TAKE)).data)).toBe("");
  });

  it("is told what the server refuses, and gives no file in a trial", async () => {
    response = Response.json({ code: "export.not-prepared", detail: "no" }, { status: 409 });
    const code = await send(TAKE).catch((error: unknown) => asProblem(error).code);
    expect(code).toBe("export.not-prepared");
    response = Response.json({ name: "payments" });
    expect((await send(TAKE, { dryRun: true })).data).toEqual({ name: "payments" });
  });
});
