// The one way to the server: the client made from the OpenAPI document, and what it answers when it refuses.
import createClient from "openapi-fetch";

import { text } from "../text";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];
export type Paths = paths;

/** What the server refused, or that it could not be asked. */
export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = "Refused";
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }
}

/** Stands for the problem of a server that gave none. */
export function problemOf(status: number, detail: string): Problem {
  const code = status === 0 ? "console.unreachable" : "console.unexpected";
  const hint = status === 0 ? text.shell.unreachedHint : null;
  return { code, detail, hint, status, title: "", type: "about:blank" };
}

/** Whether there was no answer at all. */
export function isUnreached({ status }: Problem): boolean {
  return status === 0;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "code" in body && "detail" in body;
}

const here = { baseUrl: window.location.origin };

export const client = createClient<paths>(here);
// Pages ask by the clock and by events, too: none of it counts as use of the session.
client.use({
  onRequest({ request }) {
    request.headers.set("Keyferry-Background", "yes");
    return request;
  },
});

/** Asks who is there in the name of somebody who is: the session goes on. The first answer is what the page's head has begun to load. */
export async function askHere(): Promise<Schemas["MeView"]> {
  return (await answered(createClient<paths>(here).GET("/api/v1/me"))).data;
}

export interface Answer<T> {
  data: T;
  status: number;
  headers: Headers;
}

interface Raw<T> {
  data?: T | undefined;
  error?: unknown;
  response: Response;
}

const NOT_SIGNED_IN = 401;
const whenDoubted = new Set<() => void>();

/** Is called when an answer says that nobody is signed in. Answers how to end that. */
export function onDoubt(listener: () => void): () => void {
  whenDoubted.add(listener);
  return () => whenDoubted.delete(listener);
}

/** Something tells that nobody may be signed in. */
export function doubt(): void {
  whenDoubted.forEach((listener) => listener());
}

/** Gives what was answered, or throws `Refused`. */
export async function answered<T>(asked: Promise<Raw<T>>): Promise<Answer<T>> {
  let raw: Raw<T>;
  try {
    raw = await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refused(problemOf(0, text.shell.unreached));
  }
  const { response, error } = raw;
  if (response.status === NOT_SIGNED_IN) doubt();
  if (!response.ok) {
    throw new Refused(
      isProblem(error) ? error : problemOf(response.status, text.shell.answered(response.status)),
    );
  }
  return { data: raw.data as T, status: response.status, headers: response.headers };
}

/** The problem of anything that was thrown. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  return problemOf(-1, error instanceof Error ? error.message : String(error));
}
