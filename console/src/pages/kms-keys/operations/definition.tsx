// One operation on KMS keys, defined once: what it asks for, and how it is asked of one KMS key or of many.
import { useMemo, useState, type ComponentType, type ReactNode } from "react";
import { useLocation } from "react-router";

import { change, type Change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import { useNotify } from "../../../notices/notices";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { useLeave } from "../../../shell/use-leave";
import { text } from "../../../text";
import type { KmsKey } from "../../../kms-key/columns";
import { revisionNow } from "../../../kms-key/revision";
import { BulkResult } from "./bulk-result";
import type { Unfit } from "./fit";

const LIST = "/kms-keys";

type Bulk = Schemas["BulkRequest"];
/** What a request about many says, besides which they are. */
export type OfMany = Omit<Bulk, "kms_keys" | "matching" | "confirm_count">;

export interface FieldsProps<V> {
  value: V;
  onChange: (value: V) => void;
  kmsKeys: readonly KmsKey[];
}

export interface Definition<V> {
  id: string;
  text: string;
  /** Read with "of": `Schedule deletion of orders`. */
  of?: boolean;
  unfit: Unfit;
  initial: (kmsKeys: readonly KmsKey[]) => V;
  /** What has to be said before it can be tried. */
  fields?: ComponentType<FieldsProps<V>>;
  /** Undefined as long as the fields do not make sense together. */
  one: (key: KmsKey, value: V) => Change | undefined;
  many?: (value: V) => OfMany | undefined;
  /** The request names the revision that was looked at. */
  revised?: boolean;
  /** Something is lost, whatever the plan tells as things are; the same as the server thinks of it. */
  loses?: boolean | ((value: V) => boolean);
  /** Protects: it is done at once, whatever goes on meanwhile. */
  protects?: boolean;
  /** There is no record afterwards that a page could show: the list tells so instead. */
  drops?: (name: string) => string;
  /** What a trial without a plan answered. */
  render?: (preview: unknown) => ReactNode;
  result?: (answer: unknown) => ReactNode;
}

export interface KmsKeyOperation {
  id: string;
  text: string;
  unfit: Unfit;
  One: ComponentType<{ kmsKey: KmsKey; onClose: () => void }>;
  /** Missing where it is done one by one. */
  Many: ComponentType<{ kmsKeys: readonly KmsKey[]; onClose: () => void }> | undefined;
}

/** Consent to many is their number, which goes into the request. */
function counted(asked: Change): Change {
  const body = asked.body as Bulk;
  return { ...asked, body: { ...body, confirm_count: body.kms_keys?.length ?? 0 } };
}

type Asks = Required<Pick<Operation, "loses" | "protects">>;

function ofMany(title: string, kmsKeys: readonly KmsKey[], what: OfMany, asks: Asks): Operation {
  const body = { ...what, kms_keys: kmsKeys.map(({ id }) => id) };
  return {
    title,
    name: String(kmsKeys.length),
    ...asks,
    change: change("post", "/api/v1/kms-keys/bulk", { body }),
    confirmed: counted,
  };
}

function titleOf<V>({ of, text: operation }: Definition<V>, what: string): string {
  return of === true ? text.kmsKeys.doingOf(operation, what) : text.kmsKeys.doing(operation, what);
}

function asksOf<V>({ loses = false, protects = false }: Definition<V>, value: V): Asks {
  return { loses: typeof loses === "function" ? loses(value) : loses, protects };
}

/** What a dialog needs besides its operation, where the definition has it. */
function parts<V>({ render, result }: Definition<V>) {
  return { ...(render === undefined ? {} : { render }), ...(result === undefined ? {} : { result }) };
}

function oneDialog<V>(definition: Definition<V>): KmsKeyOperation["One"] {
  const Fields = definition.fields;
  return function One({ kmsKey: looked, onClose }) {
    // As it was when the dialog was opened: what comes of it does not change the question.
    const [kmsKey] = useState(looked);
    const kmsKeys = useMemo(() => [kmsKey], [kmsKey]);
    const [value, setValue] = useState(() => definition.initial(kmsKeys));
    const title = titleOf(definition, kmsKey.name);
    const operation = useMemo<Operation | undefined>(() => {
      const asked = definition.one(kmsKey, value);
      if (asked === undefined) return undefined;
      return {
        title,
        name: kmsKey.name,
        change: asked,
        ...asksOf(definition, value),
        ...(definition.revised === true ? { afresh: () => revisionNow(kmsKey) } : {}),
      };
    }, [kmsKey, value, title]);
    const fields =
      Fields === undefined ? undefined : <Fields value={value} onChange={setValue} kmsKeys={kmsKeys} />;
    const notify = useNotify();
    const leave = useLeave();
    const { pathname } = useLocation();
    const onDone = () => {
      if (definition.drops === undefined) return;
      notify({ type: "success", content: definition.drops(kmsKey.name) });
      onClose();
      if (pathname !== LIST) leave(LIST);
    };
    return (
      <OperationDialog
        operation={operation}
        title={title}
        fields={fields}
        onDone={onDone}
        onClose={onClose}
        {...parts(definition)}
      />
    );
  };
}

function manyDialog<V>(
  definition: Definition<V>,
  many: NonNullable<Definition<V>["many"]>,
): KmsKeyOperation["Many"] {
  const Fields = definition.fields;
  return function Many({ kmsKeys: looked, onClose }) {
    const [kmsKeys] = useState(looked);
    const [value, setValue] = useState(() => definition.initial(kmsKeys));
    const title = titleOf(definition, text.kmsKeys.count(kmsKeys.length));
    const operation = useMemo(() => {
      const what = many(value);
      return what === undefined ? undefined : ofMany(title, kmsKeys, what, asksOf(definition, value));
    }, [kmsKeys, value, title]);
    const fields =
      Fields === undefined ? undefined : <Fields value={value} onChange={setValue} kmsKeys={kmsKeys} />;
    return (
      <OperationDialog
        operation={operation}
        title={title}
        fields={fields}
        result={(answer) => <BulkResult answer={answer} />}
        onClose={onClose}
      />
    );
  };
}

export function define<V>(definition: Definition<V>): KmsKeyOperation {
  return {
    id: definition.id,
    text: definition.text,
    unfit: definition.unfit,
    One: oneDialog(definition),
    Many: definition.many === undefined ? undefined : manyDialog(definition, definition.many),
  };
}

/** An operation that asks for nothing. */
export function defineSimple(
  definition: Omit<Definition<undefined>, "initial" | "many"> & {
    operation?: Schemas["BulkOperation"];
  },
): KmsKeyOperation {
  const { operation, ...rest } = definition;
  return define({
    ...rest,
    initial: () => undefined,
    ...(operation === undefined ? {} : { many: () => ({ operation }) }),
  });
}
