// Requests that change something, as values: they can be tried, confirmed, asked approval for, and sent.
import { createFinalURL, defaultPathSerializer, createQuerySerializer } from "openapi-fetch";
import type { PathsWithMethod } from "openapi-typescript-helpers";

import { answered, client, type Answer, type Paths } from "./client";
import { gathered } from "./gathered";

/** By this header a trial tells the hash of its plan, and a request holds the server to it. */
export const PLAN = "Keyferry-Plan";

export type Verb = "post" | "patch" | "put" | "delete";

/** A request that changes something. */
export interface Change {
  readonly verb: Verb;
  /** As in the OpenAPI document, such as `/api/v1/kms-keys/{kms_key}/disable`. */
  readonly template: string;
  readonly path: Record<string, string>;
  readonly query: Record<string, string | boolean>;
  readonly body: unknown;
  /** The revision that was looked at: what somebody changed meanwhile is not overwritten. */
  readonly revision: number | undefined;
  /** In earnest a file is answered, which comes as a `Blob`. */
  readonly file?: true;
}

type Operation<P extends keyof Paths, V extends Verb> = Paths[P] extends Record<V, infer O> ? O : never;
type PathOf<O> = O extends { parameters: { path: infer Q } } ? { path: Q } : { path?: never };
type BodyOf<O> = O extends { requestBody: { content: { "application/json": infer B } } }
  ? { body: B }
  : O extends { requestBody?: { content: { "application/json": infer B } } }
    ? { body?: B }
    : { body?: never };

type Input<O> = PathOf<O> &
  BodyOf<O> & { query?: Record<string, string | boolean>; revision?: number | undefined; file?: boolean };

/** A change, held by the compiler to what the OpenAPI document says of its route. */
export function change<V extends Verb, P extends PathsWithMethod<Paths, V> & keyof Paths>(
  verb: V,
  template: P,
  input: Input<Operation<P, V>>,
): Change {
  const { path, body, query, revision, file } = input as {
    path?: Record<string, string>;
    body?: unknown;
    query?: Record<string, string | boolean>;
    revision?: number;
    file?: boolean;
  };
  const asked = { verb, template, path: path ?? {}, query: query ?? {}, body, revision };
  return file === true ? { ...asked, file } : asked;
}

export interface Sending {
  dryRun?: boolean;
  /** The name that was typed to confirm. */
  confirmName?: string | undefined;
  /** Sent again with the same key, a request is carried out once. */
  idempotencyKey?: string;
  /** The hash of the plan that was consented to: where it would do something else, the server refuses. */
  plan?: string | undefined;
  signal?: AbortSignal;
}

function queryOf(change: Change, { dryRun, confirmName }: Sending): Record<string, string | boolean> {
  return {
    ...change.query,
    ...(dryRun ? { dry_run: true } : {}),
    ...(confirmName === undefined ? {} : { confirm_name: confirmName }),
  };
}

function ifMatch(change: Change): Record<string, string> {
  return change.revision === undefined ? {} : { "If-Match": `"${change.revision}"` };
}

/** Sends it, for trial or in earnest. */
export async function send(change: Change, sending: Sending = {}): Promise<Answer<unknown>> {
  const headers: Record<string, string> = { ...ifMatch(change) };
  if (sending.idempotencyKey !== undefined) headers["Idempotency-Key"] = sending.idempotencyKey;
  if (sending.plan !== undefined) headers[PLAN] = sending.plan;
  // What the compiler checked in `change` is not checked again.
  const untyped = client as unknown as {
    request(verb: Verb, template: string, options: object): ReturnType<typeof client.GET>;
  };
  const isFile = change.file === true && sending.dryRun !== true;
  const options = {
    params: { path: change.path, query: queryOf(change, sending) },
    headers,
    ...(isFile ? { parseAs: "stream" } : {}),
    ...(change.body === undefined ? {} : { body: change.body }),
    ...(sending.signal === undefined ? {} : { signal: sending.signal }),
  };
  const answer = await answered<unknown>(untyped.request(change.verb, change.template, options) as never);
  if (!isFile) return answer;
  return { ...answer, data: await gathered(answer.data as Parameters<typeof gathered>[0]) };
}

/** Asks others to approve it. */
export async function askApproval(change: Change, reason: string, confirmName?: string) {
  const path = createFinalURL(change.template, {
    baseUrl: "",
    params: { path: change.path, query: queryOf(change, { confirmName }) },
    querySerializer: createQuerySerializer(),
    pathSerializer: defaultPathSerializer,
  });
  const revision = ifMatch(change)["If-Match"];
  const body = {
    method: change.verb.toUpperCase(),
    path,
    reason,
    ...(change.body === undefined ? {} : { body: JSON.stringify(change.body) }),
    ...(revision === undefined ? {} : { if_match: revision }),
  };
  return answered(client.POST("/api/v1/approvals", { body }));
}
