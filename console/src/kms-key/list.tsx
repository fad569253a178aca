// The KMS keys of something else: of a connection, of a keystore, of a key.
import type { ReactNode } from "react";

import { useAll, type Where } from "../api/read";
import type { Column } from "../table/columns";
import { ListTable } from "../table/list-table";
import { text } from "../text";
import { COLUMNS, type KmsKey } from "./columns";

interface Props {
  /** Names what this browser keeps of the list. */
  name: string;
  title: string;
  description?: string;
  of: NonNullable<Where<"/api/v1/kms-keys">["query"]>;
  /** As the list of all shows them, unless said. */
  columns?: Column<KmsKey>[];
  empty: { title: string; detail: string };
  action?: ReactNode;
  variant?: "embedded";
}

export function KmsKeysOf({ name, title, description, of, columns, empty, action, variant }: Props) {
  const list = useAll("/api/v1/kms-keys", { query: of });
  return (
    <ListTable<KmsKey>
      name={name}
      title={title}
      description={description}
      things={text.kmsKeys.things}
      headingLevel="h2"
      list={list}
      columns={columns ?? COLUMNS}
      idOf={({ id }) => id}
      nameOf={({ name: called }) => called}
      pageOf={({ id }) => `/kms-keys/${id}`}
      empty={{ ...empty, action }}
      {...(variant === undefined ? {} : { variant })}
      {...(action === undefined ? {} : { actions: () => action })}
    />
  );
}
