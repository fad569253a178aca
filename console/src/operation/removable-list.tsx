// A list whose rows are added, and removed one by one.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { ListTable, type ListProps } from "../table/list-table";
import type { Operation } from "./operation";
import { OperationDialog } from "./operation-dialog";
import { useDialog } from "../shell/use-dialog";

interface Props<Row> extends Omit<ListProps<Row>, "selection" | "actions"> {
  remove: {
    text: string;
    operation: (row: Row) => Operation;
    /** Whether it makes sense for a row; for each unless given. */
    fits?: (row: Row) => boolean;
  };
  add?: { text: string; dialog: (close: () => void) => ReactNode };
  /** Further buttons. */
  more?: ReactNode;
}

export function RemovableList<Row>({ remove, add, more, ...list }: Props<Row>) {
  const [dialog, open] = useDialog();
  const begin = (row: Row) =>
    open((close) => <OperationDialog operation={remove.operation(row)} onClose={close} />);
  return (
    <>
      <ListTable<Row>
        {...list}
        selection="single"
        actions={([chosen]) => {
          const fits = chosen !== undefined && (remove.fits?.(chosen) ?? true);
          return (
            <SpaceBetween direction="horizontal" size="xs">
              <Button disabled={!fits} onClick={() => fits && begin(chosen)}>
                {remove.text}
              </Button>
              {add !== undefined && <Button onClick={() => open(add.dialog)}>{add.text}</Button>}
              {more}
            </SpaceBetween>
          );
        }}
      />
      {dialog}
    </>
  );
}
