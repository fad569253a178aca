// What this browser remembers of the log: the key, and the last checkpoint that was proved. It shows a rollback.
export interface Remembered {
  key: string;
  note: string;
  /** When it was proved here. */
  at: string;
}

export interface Memory {
  load(): Remembered | undefined;
  keep(seen: Remembered): void;
  forget(): void;
}

const PLACE = "keyferry.audit.seen";

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== "object" || value === null) return false;
  return ["key", "note", "at"].every((name) => typeof (value as Record<string, unknown>)[name] === "string");
}

export const browserMemory: Memory = {
  load() {
    const kept = localStorage.getItem(PLACE);
    if (kept === null) return undefined;
    try {
      const value: unknown = JSON.parse(kept);
      if (isRemembered(value)) return value;
    } catch {
      // What is no checkpoint is told as one that does not fit.
    }
    return { key: "", note: kept, at: "" };
  },
  keep(seen) {
    localStorage.setItem(PLACE, JSON.stringify(seen));
  },
  forget() {
    localStorage.removeItem(PLACE);
  },
};
