// The grants of a KMS key: listed, given, retired, revoked.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { change } from "../../../api/change";
import { useRead } from "../../../api/read";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { ListTable } from "../../../table/list-table";
import { text } from "../../../text";
import { CreateGrant } from "./create-grant";
import { GRANT_COLUMNS, type Grant } from "./grant-columns";
import type { KmsKey, Tab } from "./kms-key";

const words = text.kmsKey.grants;

function idsOf(grants: Grant[]): string[] {
  return [...new Set(grants.map(({ id }) => id))];
}

function retire({ id, name }: KmsKey, grants: Grant[]): Operation {
  const body = { grants: idsOf(grants) };
  return {
    title: words.retireTitle(body.grants.length, name),
    name,
    change: change("post", "/api/v1/kms-keys/{kms_key}/retire-grants", { path: { kms_key: id }, body }),
  };
}

function revoke({ id, name }: KmsKey, grants: Grant[]): Operation {
  const body = { grants: idsOf(grants) };
  return {
    title: words.revokeTitle(body.grants.length, name),
    name,
    change: change("post", "/api/v1/kms-keys/{kms_key}/revoke-grants", { path: { kms_key: id }, body }),
  };
}

function revokeAll({ id, name }: KmsKey): Operation {
  return {
    title: words.revokeAllTitle(name),
    name,
    loses: true,
    change: change("post", "/api/v1/kms-keys/{kms_key}/revoke-grants", {
      path: { kms_key: id },
      body: { all: true },
    }),
  };
}

export function GrantsTab({ kmsKey }: Tab) {
  const [creating, setCreating] = useState(false);
  const [operation, setOperation] = useState<Operation>();
  const { data, error, isPending, refetch } = useRead("/api/v1/kms-keys/{kms_key}/grants", {
    path: { kms_key: kmsKey.id },
  });
  const items = data?.items ?? [];
  const unreadable = data?.unreadable ?? [];
  return (
    <SpaceBetween size="m">
      {unreadable.length > 0 && <Alert type="warning">{words.unreadable(unreadable.join(", "))}</Alert>}
      <ListTable<Grant>
        name="grants"
        title={words.title}
        description={words.detail}
        headingLevel="h2"
        things={words.things}
        list={{ items, isPending, isPartial: false, error, refetch: () => void refetch() }}
        columns={GRANT_COLUMNS}
        idOf={({ id, region }) => `${region}/${id}`}
        nameOf={({ grantee, region, name }) => `${name ?? grantee} (${region})`}
        selection="multi"
        empty={{ title: words.none, detail: words.noneDetail }}
        actions={(chosen) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={chosen.length === 0} onClick={() => setOperation(retire(kmsKey, chosen))}>
              {words.retire}
            </Button>
            <Button disabled={chosen.length === 0} onClick={() => setOperation(revoke(kmsKey, chosen))}>
              {words.revoke}
            </Button>
            <Button disabled={items.length === 0} onClick={() => setOperation(revokeAll(kmsKey))}>
              {words.revokeAll}
            </Button>
            <Button variant="primary" onClick={() => setCreating(true)}>
              {words.create}
            </Button>
          </SpaceBetween>
        )}
      />
      {creating && <CreateGrant kmsKey={kmsKey} onClose={() => setCreating(false)} />}
      {operation !== undefined && (
        <OperationDialog operation={operation} onClose={() => setOperation(undefined)} />
      )}
    </SpaceBetween>
  );
}
