// The kinds of key as the server tells them: what a KMS key of each is used for, and what applications may do with a key.
import type { Schemas } from "../api/client";
import { useAll } from "../api/read";

export type Spec = Schemas["KeySpecView"];

export function useSpecs() {
  return useAll("/api/v1/key-specs");
}

export function specOptions(specs: readonly Spec[]) {
  return specs.map(({ spec }) => ({ value: spec, label: spec }));
}

/** What goes with a spec; what goes with any of them where it is not known. */
function of(specs: readonly Spec[], spec: string, what: (one: Spec) => string[]): string[] {
  const meant = spec === "" ? specs : specs.filter((one) => one.spec === spec);
  return [...new Set(meant.flatMap(what))];
}

/** AWS's usages, the usual one first. */
export function usagesOf(specs: readonly Spec[], spec: string): string[] {
  return of(specs, spec, ({ usages }) => usages);
}

/** What applications may do with a key unless somebody says otherwise. */
export function usualOperations(specs: readonly Spec[], spec: string): string[] {
  return of(specs, spec, ({ usual_operations }) => usual_operations);
}

/** What a key can be permitted. */
export function possibleOperations(specs: readonly Spec[], spec: string): string[] {
  return of(specs, spec, ({ possible_operations }) => possible_operations);
}
