// What a crypto policy permits, in words.
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";

import type { Schemas } from "../../../api/client";
import { text } from "../../../text";

export type Rules = Schemas["CryptoRulesView"];

const words = text.settings.crypto;

export const WRAPPINGS = ["RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_256"];
export const RSA_BITS = [2048, 3072, 4096];

export function exportOf({ export: isAllowed }: Rules): string {
  return isAllowed ? words.allowed : words.refused;
}

export function outsideOf({ outside_keys: outside }: Rules): string {
  return outside === "process" ? words.uses.process : words.uses.use;
}

export function RulesFacts({ rules }: { rules: Rules }) {
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: words.columns.specs, value: rules.specs?.join(", ") ?? words.all },
        { label: words.columns.wrapping, value: rules.wrapping?.join(", ") ?? words.all },
        { label: words.columns.rsa, value: words.bits(rules.rsa_wrapping_min) },
        { label: words.columns.export, value: exportOf(rules) },
        { label: words.columns.outside, value: outsideOf(rules) },
      ]}
    />
  );
}
