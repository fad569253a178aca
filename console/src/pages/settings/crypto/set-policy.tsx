// Sets the crypto policy of a place as a whole; its trial shows which keys would be outside of it.
import { useCallback } from "react";

import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { useAll, type All } from "../../../api/read";
import type { Values } from "../../../operation/fields";
import { FormDialog } from "../../../operation/form-dialog";
import type { Operation } from "../../../operation/operation";
import { specOptions, useSpecs, type Spec } from "../../../fields/specs";
import { text } from "../../../text";
import { EffectView, type Effect } from "./effect";
import { RSA_BITS, WRAPPINGS, type Rules } from "./rules";

const words = text.settings.crypto;
export const TOUCHES = ["/api/v1/crypto-policies"];

interface Group {
  id: string;
  name: string;
}

function fieldsOf(groups: All<Group>, group: string, rules: Rules | undefined, specs: readonly Spec[]) {
  const { fields } = words;
  return {
    group: {
      label: fields.where,
      kind: "choice",
      initial: group,
      optional: true,
      of: [groups],
      choices: [
        { value: "", label: words.installation },
        ...groups.items.map(({ id, name }) => ({ value: id, label: name })),
      ],
    },
    specs: {
      label: fields.specs,
      description: fields.specsHelp,
      kind: "many",
      optional: true,
      initial: rules?.specs ?? [],
      choices: specOptions(specs),
    },
    wrapping: {
      label: fields.wrapping,
      description: fields.wrappingHelp,
      kind: "many",
      optional: true,
      initial: rules?.wrapping ?? [],
      choices: WRAPPINGS.map((value) => ({ value })),
    },
    rsa: {
      label: fields.rsa,
      kind: "choice",
      initial: String(rules?.rsa_wrapping_min ?? RSA_BITS[0]),
      choices: RSA_BITS.map((bits) => ({ value: String(bits), label: words.bits(bits) })),
    },
    export: { label: fields.export, kind: "switch", initial: rules?.export === false ? "" : "yes" },
    outside: {
      label: fields.outside,
      kind: "choice",
      initial: rules?.outside_keys ?? "use",
      choices: (["use", "process"] as const).map((value) => ({ value, label: words.uses[value] })),
    },
  } as const;
}

type Said = Values<ReturnType<typeof fieldsOf>>;

function bodyOf({
  group,
  specs,
  wrapping,
  rsa,
  export: leaves,
  outside,
}: Said): Schemas["SetCryptoPolicyRequest"] {
  return {
    ...(group === "" ? {} : { group }),
    ...(specs.length === 0 ? {} : { specs: [...specs] }),
    ...(wrapping.length === 0 ? {} : { wrapping: [...wrapping] }),
    rsa_wrapping_min: Number(rsa),
    export: leaves !== "",
    outside_keys: outside,
  };
}

interface Props {
  /** The group's id; empty for the installation. */
  group: string;
  /** The policy as it is, where there is one. */
  rules?: Rules | undefined;
  onClose: () => void;
}

export function SetPolicy({ group, rules, onClose }: Props) {
  const specs = useSpecs();
  const groups = useAll("/api/v1/groups");
  const { items } = groups;
  const operation = useCallback(
    (said: Said): Operation => {
      const where = items.find(({ id }) => id === said.group)?.name ?? words.installation;
      return {
        title: words.setFor(where),
        name: where,
        change: change("post", "/api/v1/crypto-policies", { body: bodyOf(said) }),
        touches: TOUCHES,
      };
    },
    [items],
  );
  return (
    <FormDialog
      title={words.setTitle}
      intro={words.fields.whole}
      fields={fieldsOf(groups, group, rules, specs.items)}
      operation={operation}
      render={(preview) => <EffectView effect={preview as Effect} />}
      onClose={onClose}
    />
  );
}
