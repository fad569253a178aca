import { beforeEach, describe, expect, it, vi } from "vitest";

import { asProblem } from "./client";
import { readiness } from "./ready";

/** The client takes hold of `fetch` when it is made. */
const rim = vi.hoisted(() => {
  const held = { answer: (): Promise<Response> => Promise.reject(new TypeError("fetch failed")) };
  vi.stubGlobal("fetch", () => held.answer());
  return held;
});

let response: () => Response;
beforeEach(() => {
  rim.answer = () => Promise.resolve(response());
});

const codeOf = (asked: Promise<unknown>) => asked.catch((error: unknown) => asProblem(error).code);

describe("whether the server is ready", () => {
  const told = { ready: false, database: true, sealed: true };

  it("is what it says, be it yes or no", async () => {
    response = () => Response.json({ ...told, ready: true });
    expect(await readiness()).toMatchObject({ ready: true });
    response = () => Response.json(told, { status: 503 });
    expect(await readiness()).toEqual(told);
  });

  it("is not known where there is no answer", async () => {
    rim.answer = () => Promise.reject(new TypeError("fetch failed"));
    expect(await codeOf(readiness())).toBe("console.unreachable");
  });

  it("is not what a proxy says in its place", async () => {
    response = () => new Response("<html>Bad Gateway</html>", { status: 502 });
    expect(await codeOf(readiness())).toBe("console.unexpected");
    response = () => Response.json({ code: "proxy.gone", detail: "gone" }, { status: 502 });
    expect(await codeOf(readiness())).toBe("proxy.gone");
    response = () => Response.json({ welcome: "to this network" });
    expect(await codeOf(readiness())).toBe("console.unexpected");
  });
});
