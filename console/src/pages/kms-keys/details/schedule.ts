// When a KMS key rotates by itself, in words.
import type { Schemas } from "../../../api/client";
import { text } from "../../../text";

const words = text.kmsKey.schedule;

export function scheduleInWords(rotation: Schemas["RotationView"] | null | undefined): string {
  if (rotation == null || (rotation.every == null && rotation.cron == null)) return text.shell.never;
  const when =
    rotation.cron == null ? words.every(rotation.every ?? "") : words.cron(rotation.cron, rotation.time_zone);
  return `${when}, ${words.method[rotation.method]}`;
}
