import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { MemoryRouter, useLocation } from "react-router";
import { afterEach, describe, expect, it, vi } from "vitest";

import { change } from "../api/change";
import { NoticesBar, NoticesProvider } from "../notices/notices";
import { useLeave } from "../shell/use-leave";
import type { Operation } from "./operation";
import { useOperation } from "./use-operation";

/** The client takes hold of `fetch` when it is made. */
const rim = vi.hoisted(() => {
  const held: { replies: ((answer: Response) => void)[] } = { replies: [] };
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve) => held.replies.push(resolve)));
  return held;
});

const CREATE: Operation = {
  title: "Create a keystore",
  name: "payments",
  change: change("post", "/api/v1/keystores", { body: {} as never }),
  untried: true,
  makes: true,
};

function Wizard() {
  const leave = useLeave();
  const { phase, preview, carryOut } = useOperation(CREATE, { onDone: () => leave("/keystores/made") });
  return (
    <>
      <button onClick={() => void preview()}>Look</button>
      <button onClick={() => void carryOut()}>Create</button>
      {"problem" in phase && <p>here: {phase.problem?.detail}</p>}
    </>
  );
}

function Where() {
  return <p>at {useLocation().pathname}</p>;
}

function screenOf(queries: QueryClient, isThere: boolean) {
  return (
    <MemoryRouter>
      <QueryClientProvider client={queries}>
        <NoticesProvider>
          <NoticesBar />
          <Where />
          {isThere && <Wizard />}
        </NoticesProvider>
      </QueryClientProvider>
    </MemoryRouter>
  );
}

/** Sends it, and answers when the page is still there or no longer. */
async function sent(isLeft: boolean, status: number, answer: unknown) {
  const queries = new QueryClient();
  const { rerender } = render(screenOf(queries, true));
  fireEvent.click(screen.getByText("Look"));
  fireEvent.click(screen.getByText("Create"));
  const reply = await waitFor(() => rim.replies.pop() ?? Promise.reject(new Error("nothing was sent")));
  if (isLeft) rerender(screenOf(queries, false));
  await act(async () => {
    reply(Response.json(answer, { status }));
    // Its answer goes through several promises.
    await new Promise((resolve) => setTimeout(resolve, 20));
  });
}

const MADE = { id: "made" };
const TAKEN = { code: "name.taken", detail: "The name is taken.", hint: null, status: 409 };

describe("a page that was left while it sent something", () => {
  afterEach(cleanup);

  it("leads on where it is still there", async () => {
    await sent(false, 201, MADE);
    expect(screen.getByText("at /keystores/made")).toBeTruthy();
  });

  it("takes nobody away from where he is by then", async () => {
    await sent(true, 201, MADE);
    expect(screen.getByText("at /")).toBeTruthy();
  });

  it("says above the page what was refused", async () => {
    await sent(true, 409, TAKEN);
    expect(screen.getByText("The name is taken.")).toBeTruthy();
  });

  it("says it in its own place where it is still there", async () => {
    await sent(false, 409, TAKEN);
    expect(screen.getByText("here: The name is taken.")).toBeTruthy();
    expect(screen.queryByText("The name is taken.")).toBeNull();
  });

  it("says above the page that it may have been done, where nobody knows", async () => {
    await sent(true, 504, "no answer in time");
    expect(screen.getByText(/may have been done/)).toBeTruthy();
  });
});
