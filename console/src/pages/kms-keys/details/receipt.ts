// What a receipt says; docs/reference/statements.md tells its form.
import { text } from "../../../text";

export interface ReceiptEntry {
  index: number;
  what: string;
  entry: { actor: string; time_micros: number; detail?: Record<string, string> };
}

interface ReceiptVersion {
  number: number;
  origin: string;
  state: string;
  created_micros: number;
}

export interface ReceiptApproval {
  id: string;
  action: string;
  requester: string;
  reason: string;
  decisions?: { by: string; verdict: string; at_micros: number }[];
}

export interface Receipt {
  issued_micros: number;
  kms_key: {
    name: string;
    life: string;
    arn?: string | null;
    source?: { name: string; spec: string; versions: ReceiptVersion[] } | null;
    materials: { material_id: string; version?: number | null }[];
  };
  approvals?: ReceiptApproval[];
  entries: ReceiptEntry[];
  checkpoint: string;
  materials_without_proof?: unknown[];
  approvals_without_proof?: unknown[];
}

/** Microseconds since 1970 as the API writes times. */
export function atMicros(micros: number): string {
  return new Date(micros / 1000).toISOString();
}

/** Where something happened: its Region, and which version or material it was about. */
export function placeOf({ entry: { detail } }: ReceiptEntry): string {
  const version = detail?.version === undefined ? undefined : text.kmsKey.receipt.ofVersion(detail.version);
  return [detail?.region, version].filter((part) => part !== undefined).join(", ");
}

/** How much of it no entry proves. */
export function unproven(receipt: Receipt): number {
  const { materials_without_proof: materials, approvals_without_proof: approvals } = receipt;
  return (materials?.length ?? 0) + (approvals?.length ?? 0);
}

/** A name that every system takes for a file. */
export function fileNameOf(name: string): string {
  return `${name.replace(/[^a-zA-Z0-9._-]+/g, "-")}-receipt.json`;
}
