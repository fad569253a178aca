// Giving a grant.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../../api/change";
import type { Schemas } from "../../../api/client";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import { ContextField, NO_CONTEXT, type Context } from "./context-field";
import type { KmsKey } from "./kms-key";
import { grantOperations } from "./grant-operations";
import { PrincipalField } from "./principal-field";

const words = text.kmsKey.grants;

function isArn(value: string): boolean {
  return value.startsWith("arn:");
}

function contextOf({ kind, pairs }: Context): Partial<Schemas["CreateGrantRequest"]> {
  const given = Object.fromEntries(
    pairs.filter(({ key }) => key !== "").map(({ key, value }) => [key, value]),
  );
  if (kind === "equals") return { encryption_context_equals: given };
  return kind === "subset" ? { encryption_context_subset: given } : {};
}

function grant({ id, name }: KmsKey, body: Schemas["CreateGrantRequest"]): Operation {
  return {
    title: words.createTitle(name),
    name,
    change: change("post", "/api/v1/kms-keys/{kms_key}/create-grant", { path: { kms_key: id }, body }),
  };
}

export function CreateGrant({ kmsKey: looked, onClose }: { kmsKey: KmsKey; onClose: () => void }) {
  // As it was when the dialog was opened: what comes of it does not change the question.
  const [kmsKey] = useState(looked);
  const [grantee, setGrantee] = useState("");
  const [operations, setOperations] = useState<string[]>([]);
  const [name, setName] = useState("");
  const [retiring, setRetiring] = useState("");
  const [context, setContext] = useState<Context>(NO_CONTEXT);
  const isComplete = isArn(grantee) && operations.length > 0 && (retiring === "" || isArn(retiring));
  const operation = useMemo(
    () =>
      isComplete
        ? grant(kmsKey, {
            grantee,
            operations,
            ...(name === "" ? {} : { name }),
            ...(retiring === "" ? {} : { retiring_principal: retiring }),
            ...contextOf(context),
          })
        : undefined,
    [kmsKey, isComplete, grantee, operations, name, retiring, context],
  );
  const optionOf = (value: string) => ({ value, label: value });
  return (
    <OperationDialog
      operation={operation}
      title={words.createTitle(kmsKey.name)}
      onClose={onClose}
      fields={
        <SpaceBetween size="m">
          <PrincipalField
            connection={kmsKey.connection}
            label={words.granteeLabel}
            description={words.granteeDetail}
            errorText={grantee !== "" && !isArn(grantee) ? words.notArn : undefined}
            value={grantee}
            onChange={setGrantee}
          />
          <FormField label={words.operationsLabel} description={words.operationsDetail}>
            <Multiselect
              options={grantOperations(kmsKey).map(optionOf)}
              selectedOptions={operations.map(optionOf)}
              placeholder={text.kmsKey.policy.choose}
              onChange={({ detail }) => setOperations(detail.selectedOptions.map(({ value }) => value ?? ""))}
            />
          </FormField>
          {kmsKey.spec.startsWith("AES") && <ContextField context={context} onChange={setContext} />}
          <FormField
            label={
              <>
                {words.nameLabel} <i>- {words.optional}</i>
              </>
            }
            description={words.nameDetail}
          >
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          <PrincipalField
            connection={kmsKey.connection}
            label={
              <>
                {words.retiringLabel} <i>- {words.optional}</i>
              </>
            }
            description={words.retiringDetail}
            errorText={retiring !== "" && !isArn(retiring) ? words.notArn : undefined}
            value={retiring}
            onChange={setRetiring}
          />
        </SpaceBetween>
      }
    />
  );
}
