import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { change } from "../api/change";
import { wantsName, type Operation } from "./operation";
import { useOperation } from "./use-operation";

/** The client takes hold of `fetch` when it is made. */
const rim = vi.hoisted(() => {
  const held = { answer: (asked: Request) => Promise.reject<Response>(new Error(asked.url)) };
  vi.stubGlobal("fetch", (asked: Request) => held.answer(asked));
  return held;
});

const DISABLE: Operation = {
  title: "Disable orders",
  name: "orders",
  change: change("post", "/api/v1/kms-keys/{kms_key}/disable", { path: { kms_key: "k1" } }),
};
const PLAN = { summary: "disable orders", steps: [{ words: "disable the KMS key" }] };
/** Something that starts no job. */
const RECORD = { name: "orders" };
const JOB = { id: "j1", state: "running", revision: 1 };

interface Asked {
  url: URL;
  headers: Headers;
  body: unknown;
}
/** The server: what it answers to the next requests, in their order. */
type Reply = [status: number, body: unknown] | "lost" | Promise<[number, unknown]>;
let replies: Reply[];
let asked: Asked[];

async function server(request: Request): Promise<Response> {
  const written = await request.text();
  const body: unknown = written === "" ? undefined : JSON.parse(written);
  asked.push({ url: new URL(request.url), headers: request.headers, body });
  const reply = replies.shift();
  if (reply === undefined) throw new Error("nobody expected this request");
  if (reply === "lost") throw new TypeError("Failed to fetch");
  const [status, answer] = await reply;
  const headers = { "Keyferry-Plan": `plan ${asked.length}` };
  return Response.json(answer, { status, headers });
}

function problem(code: string): [number, unknown] {
  return [409, { code, detail: `refused: ${code}`, hint: null, status: 409, title: "", type: "about:blank" }];
}

beforeEach(() => {
  [replies, asked] = [[], []];
  rim.answer = server;
});
afterEach(cleanup);

function begin(first: Operation, onDone?: (answer: unknown) => void, queries = new QueryClient()) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  return renderHook(({ operation }) => useOperation(operation, { onDone }), {
    wrapper,
    initialProps: { operation: first },
  }).result;
}

/** A reply that comes when it is told to. */
function later(body: unknown): [Promise<[number, unknown]>, () => void] {
  let come: () => void = () => undefined;
  const reply = new Promise<[number, unknown]>((resolve) => (come = () => resolve([200, body])));
  return [reply, come];
}

describe("an operation", () => {
  it("is tried, which changes nothing, then carried out as a job", async () => {
    replies = [
      [200, PLAN],
      [202, { job: JOB }],
    ];
    const done = vi.fn();
    const running = begin(DISABLE, done);
    expect(running.current.phase.at).toBe("start");
    await act(() => running.current.preview());
    expect(running.current.phase).toEqual({ at: "planned", preview: PLAN });
    expect(asked[0]?.url.searchParams.get("dry_run")).toBe("true");
    await act(() => running.current.carryOut("orders"));
    expect(running.current.phase).toMatchObject({ at: "done", job: { id: "j1" } });
    expect(asked[1]?.url.searchParams.get("dry_run")).toBeNull();
    expect(asked[1]?.url.searchParams.get("confirm_name")).toBe("orders");
    expect(done).toHaveBeenCalledExactlyOnceWith({ job: JOB });
  });

  it("is told where its trial is refused", async () => {
    replies = [problem("kms-key.gone")];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    expect(running.current.phase).toMatchObject({ at: "refused", problem: { code: "kms-key.gone" } });
  });

  it("that fails keeps its plan, and can be carried out again as the same request", async () => {
    replies = [[200, PLAN], "lost", [202, { job: JOB }]];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    expect(running.current.phase).toMatchObject({
      at: "planned",
      preview: PLAN,
      problem: { code: "console.unreachable" },
    });
    await act(() => running.current.carryOut());
    expect(running.current.phase.at).toBe("done");
    const keys = asked.slice(1).map(({ headers }) => headers.get("idempotency-key"));
    expect(keys[0]).not.toBeNull();
    expect(keys[1]).toBe(keys[0]);
  });

  it("that is begun again after it was carried out is another one", async () => {
    replies = [
      [200, PLAN],
      [202, { job: JOB }],
      [200, PLAN],
      [202, { job: JOB }],
    ];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    act(() => running.current.reset());
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    const [first, second] = [1, 3].map((at) => asked[at]?.headers.get("idempotency-key"));
    expect(second).not.toBe(first);
  });

  it("is not begun twice while it is under way", async () => {
    const [reply, come] = later({ job: JOB });
    replies = [[200, PLAN], reply];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    let sent: Promise<unknown> = Promise.resolve();
    act(() => {
      sent = Promise.all([running.current.carryOut(), running.current.carryOut()]);
      running.current.reset();
    });
    await waitFor(() => expect(asked).toHaveLength(2));
    expect(running.current.phase.at).toBe("sending");
    come();
    await act(() => sent);
    expect(running.current.phase.at).toBe("done");
  });

  it("shows the plan of what was asked last, however late another comes", async () => {
    const [reply, come] = later({ ...PLAN, summary: "late" });
    replies = [reply, [200, PLAN]];
    const running = begin(DISABLE);
    let first: Promise<unknown> = Promise.resolve();
    act(() => {
      first = running.current.preview();
    });
    await waitFor(() => expect(asked).toHaveLength(1));
    await act(() => running.current.preview());
    come();
    await act(() => first);
    expect(running.current.phase).toEqual({ at: "planned", preview: PLAN });
  });

  it("is sent against the revision of now, and once more where it was observed in between", async () => {
    replies = [[200, PLAN], problem("request.changed"), [202, { job: JOB }]];
    const revisions = [7, 8, 9];
    const running = begin({ ...DISABLE, afresh: () => Promise.resolve(revisions.shift()) });
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    expect(asked.map(({ headers }) => headers.get("if-match"))).toEqual(['"7"', '"8"', '"9"']);
    expect(running.current.phase.at).toBe("done");
  });

  it("that somebody changed meanwhile is refused, and not tried again", async () => {
    replies = [[200, PLAN], problem("request.changed")];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    expect(running.current.phase).toMatchObject({ at: "planned", problem: { code: "request.changed" } });
    expect(asked).toHaveLength(2);
  });

  it.each([
    ["tried", [problem("request.changed")]],
    ["carried out", [[200, PLAN], problem("request.changed")]],
  ] satisfies [string, Reply[]][])(
    "that somebody changed meanwhile has read anew what it is about when it is %s",
    async (_, told) => {
      replies = [...told];
      const queries = new QueryClient();
      const read = [["/api/v1/users"], ["/api/v1/users/{user}", {}, "revised"], ["/api/v1/kms-keys"]];
      for (const key of read) queries.setQueryData(key, {});
      const rename = change("patch", "/api/v1/users/{user}", {
        path: { user: "u1" },
        body: { full_name: "Ann" },
        revision: 1,
      });
      const running = begin({ ...DISABLE, change: rename }, undefined, queries);
      await act(() => running.current.preview());
      await act(() => (told.length > 1 ? running.current.carryOut() : Promise.resolve()));
      expect(read.map((key) => queries.getQueryState(key)?.isInvalidated)).toEqual([true, true, true]);
    },
  );

  it("that others must approve is asked of them as it was planned, with the typed name", async () => {
    replies = [[200, PLAN], problem("approval.needed"), [201, { id: "a1" }]];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    await act(() => running.current.carryOut("orders"));
    expect(running.current.phase).toMatchObject({ at: "needs-approval", preview: PLAN, typed: "orders" });
    await act(() => running.current.ask("end of quarter"));
    expect(running.current.phase).toMatchObject({ at: "asked", approval: { id: "a1" } });
    expect(asked[2]?.url.pathname).toBe("/api/v1/approvals");
    expect(asked[2]?.body).toMatchObject({
      method: "POST",
      path: "/api/v1/kms-keys/k1/disable?confirm_name=orders",
      reason: "end of quarter",
    });
  });

  it("puts consent to a number into the request itself", async () => {
    replies = [
      [200, PLAN],
      [200, {}],
    ];
    const running = begin({ ...DISABLE, confirmed: (now) => ({ ...now, body: { confirm_count: 3 } }) });
    await act(() => running.current.preview());
    await act(() => running.current.carryOut("3"));
    expect(asked.map(({ body }) => body)).toEqual([undefined, { confirm_count: 3 }]);
    expect(asked[1]?.url.searchParams.get("confirm_name")).toBeNull();
  });

  it("whose name the server wants, though its plan loses nothing, asks for it", async () => {
    replies = [[200, PLAN], problem("request.name-not-confirmed"), "lost", [202, { job: JOB }]];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    expect(wantsName(DISABLE, running.current.phase)).toBe(false);
    await act(() => running.current.carryOut());
    expect(wantsName(DISABLE, running.current.phase)).toBe(true);
    await act(() => running.current.carryOut("orders"));
    expect(running.current.phase).toMatchObject({ problem: { code: "console.unreachable" } });
    expect(wantsName(DISABLE, running.current.phase)).toBe(true);
    await act(() => running.current.carryOut("orders"));
    expect(running.current.phase.at).toBe("done");
    expect(asked.at(-1)?.url.searchParams.get("confirm_name")).toBe("orders");
    expect(asked.at(-1)?.headers.get("keyferry-plan")).toBe("plan 1");
  });

  describe("that loses something", () => {
    const LOSES = { ...PLAN, steps: [{ words: "schedule deletion", destructive: true }] };
    const other = { ...LOSES, steps: [...LOSES.steps, { words: "disable", destructive: true }] };
    const plans = () => asked.map(({ headers }) => headers.get("keyferry-plan"));

    it("holds the server to the plan that was looked at", async () => {
      replies = [
        [200, LOSES],
        [202, { job: JOB }],
      ];
      const running = begin(DISABLE);
      await act(() => running.current.preview());
      await act(() => running.current.carryOut("orders"));
      expect(running.current.phase.at).toBe("done");
      expect(plans()).toEqual([null, "plan 1"]);
    });

    it("is shown as it is now where it would do something else, and held to that then", async () => {
      replies = [[200, LOSES], problem("request.plan-changed"), [200, other], [202, { job: JOB }]];
      const running = begin(DISABLE);
      await act(() => running.current.preview());
      await act(() => running.current.carryOut("orders"));
      expect(running.current.phase).toEqual({ at: "planned", preview: other, isRenewed: true });
      expect(asked[2]?.url.searchParams.get("dry_run")).toBe("true");
      await act(() => running.current.carryOut("orders"));
      expect(running.current.phase.at).toBe("done");
      expect(plans()).toEqual([null, "plan 1", null, "plan 3"]);
    });

    it("is told of where by now it is refused", async () => {
      replies = [[200, LOSES], problem("request.plan-changed"), problem("kms-key.gone")];
      const running = begin(DISABLE);
      await act(() => running.current.preview());
      await act(() => running.current.carryOut("orders"));
      expect(running.current.phase).toMatchObject({ at: "refused", problem: { code: "kms-key.gone" } });
    });

    it("and whose answer was lost is asked for again by its key, and held to the same plan", async () => {
      replies = [[200, LOSES], "lost", [202, { job: JOB }]];
      const running = begin(DISABLE);
      await act(() => running.current.preview());
      await act(() => running.current.carryOut("orders"));
      await act(() => running.current.carryOut("orders"));
      expect(running.current.phase.at).toBe("done");
      const [first, second] = asked.slice(1).map(({ headers }) => headers.get("idempotency-key"));
      expect(first).not.toBeNull();
      expect(second).toBe(first);
      expect(plans()).toEqual([null, "plan 1", "plan 1"]);
    });
  });

  it("that removes a record is held to what was looked at, though no plan tells", async () => {
    replies = [
      [200, RECORD],
      [200, {}],
    ];
    const running = begin({ ...DISABLE, loses: true });
    await act(() => running.current.preview());
    await act(() => running.current.carryOut("orders"));
    expect(asked[1]?.headers.get("keyferry-plan")).toBe("plan 1");
  });

  it("whose plan lost nothing when it was looked at is held to it all the same", async () => {
    const loses = { ...PLAN, steps: [{ words: "delete the material", destructive: true }] };
    replies = [[200, PLAN], problem("request.plan-changed"), [200, loses]];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    expect(asked[1]?.headers.get("keyferry-plan")).toBe("plan 1");
    expect(running.current.phase).toEqual({ at: "planned", preview: loses, isRenewed: true });
    expect(wantsName(DISABLE, running.current.phase)).toBe(true);
  });

  it("that protects does not wait for what is changed meanwhile", async () => {
    const loses = { ...PLAN, steps: [{ words: "disable the KMS key", destructive: true }] };
    replies = [
      [200, loses],
      [202, { job: JOB }],
    ];
    const running = begin({ ...DISABLE, protects: true });
    await act(() => running.current.preview());
    await act(() => running.current.carryOut("orders"));
    expect(running.current.phase.at).toBe("done");
    expect(asked[1]?.headers.get("keyferry-plan")).toBeNull();
    expect(asked[1]?.url.searchParams.get("confirm_name")).toBe("orders");
  });

  it("that shows a record, not a plan, and loses nothing, is not held to it", async () => {
    replies = [
      [200, RECORD],
      [200, RECORD],
    ];
    const running = begin(DISABLE);
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    expect(asked[1]?.headers.get("keyferry-plan")).toBeNull();
  });

  it.each([
    ["is lost", "lost" as const],
    ["is another's", Promise.resolve<[number, unknown]>([504, "no answer in time"])],
    [
      "is that nobody knows",
      Promise.resolve<[number, unknown]>([500, problem("database.commit-unknown")[1]]),
    ],
  ])(
    "that starts no job and whose answer %s may be done: it is looked at before it is sent again",
    async (_, reply) => {
      replies = [[200, RECORD], reply];
      const queries = new QueryClient();
      queries.setQueryData(["/api/v1/keys"], []);
      const running = begin({ ...DISABLE, lost: "Look at the keys." }, undefined, queries);
      await act(() => running.current.preview());
      await act(() => running.current.carryOut());
      expect(running.current.phase).toMatchObject({
        at: "refused",
        problem: {
          detail: expect.stringContaining("may have been done") as string,
          hint: "Look at the keys.",
        },
      });
      expect(queries.getQueryState(["/api/v1/keys"])?.isInvalidated).toBe(true);
    },
  );

  it("whose question to others is lost may be asked: the approvals are looked at first", async () => {
    replies = [[200, PLAN], problem("approval.needed"), "lost"];
    const queries = new QueryClient();
    queries.setQueryData(["/api/v1/approvals"], []);
    const running = begin(DISABLE, undefined, queries);
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    await act(() => running.current.ask("end of quarter"));
    expect(running.current.phase).toMatchObject({
      at: "needs-approval",
      problem: {
        detail: expect.stringContaining("may have been done") as string,
        hint: expect.stringContaining("approvals") as string,
      },
    });
    expect(queries.getQueryState(["/api/v1/approvals"])?.isInvalidated).toBe(true);
  });

  it("that was changed since others were to be asked is looked at again", async () => {
    replies = [[200, PLAN], problem("approval.needed"), [200, PLAN]];
    const client = new QueryClient();
    const wrapper = ({ children }: { children: ReactNode }) => (
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    );
    const { result, rerender } = renderHook(({ operation }) => useOperation(operation), {
      wrapper,
      initialProps: { operation: DISABLE },
    });
    await act(() => result.current.preview());
    await act(() => result.current.carryOut());
    const path = { kms_key: "k2" };
    rerender({
      operation: { ...DISABLE, change: change("post", "/api/v1/kms-keys/{kms_key}/disable", { path }) },
    });
    await act(() => result.current.ask("end of quarter"));
    expect(result.current.phase).toEqual({ at: "planned", preview: PLAN });
    expect(asked[2]?.url.pathname).toBe("/api/v1/kms-keys/k2/disable");
  });

  it("whose file is lost on the way has read anew what it may have spent", async () => {
    replies = [[200, RECORD], "lost"];
    const queries = new QueryClient();
    queries.setQueryData(["/api/v1/preparations"], []);
    const taking = change("post", "/api/v1/groups/{group}/export", { path: { group: "g" }, file: true });
    const taken = { ...DISABLE, change: taking, touches: ["/api/v1/preparations"] };
    const running = begin(taken, undefined, queries);
    await act(() => running.current.preview());
    await act(() => running.current.carryOut());
    expect(running.current.phase).toMatchObject({ problem: { code: "console.unreachable" } });
    expect(queries.getQueryState(["/api/v1/preparations"])?.isInvalidated).toBe(true);
  });
});
