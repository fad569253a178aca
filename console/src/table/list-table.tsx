// Every list: found by properties, sorted, with chosen columns, saved views, and something to do with what is selected.
import { useCollection } from "@cloudscape-design/collection-hooks";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CollectionPreferences, {
  type CollectionPreferencesProps,
} from "@cloudscape-design/components/collection-preferences";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import PropertyFilter from "@cloudscape-design/components/property-filter";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMemo, type ReactNode } from "react";
import { useLocation, useSearchParams } from "react-router";

import type { All } from "../api/read";
import { useUntold } from "../notices/unreached";
import { Link } from "../shell/link";
import { text } from "../text";
import { findable, written, type Column } from "./columns";
import { counter } from "./counter";
import { asked, current, flat, proposals, sorter, unseen, type Flat } from "./found";
import { useKept, type View } from "./kept";
import { Nothing } from "./nothing";
import { SavedViews } from "./saved-views";
import { Selection } from "./selection";
import { Unread } from "./unread";

const words = text.table;
const PAGE_SIZES = [20, 50, 100];
const PAGE_SIZE = 50;
/** Widths of columns in pixels. */
const [WIDTH, WIDTH_MIN] = [160, 90];

export interface ListProps<Row> {
  /** Names what this browser keeps of it. */
  name: string;
  title: string;
  description?: ReactNode;
  /** What its rows are called, as in `KMS keys`. */
  things: string;
  list: All<Row>;
  columns: Column<Row>[];
  idOf: (row: Row) => string;
  nameOf: (row: Row) => string;
  /** The page of a row, where it has one: its first column links there. */
  pageOf?: (row: Row) => string | undefined;
  /** What can be done; with rows to select, where it takes what is selected. */
  actions?: (selected: Row[], clear: () => void) => ReactNode;
  selection?: "single" | "multi";
  empty: { title: string; detail: string; action?: ReactNode };
  variant?: "full-page" | "container" | "embedded";
  headingLevel?: "h1" | "h2";
  /** Stands below its rows, such as what brings more of them. */
  footer?: ReactNode;
}

function Cell<Row>({ column, row, page }: { column: Column<Row>; row: Row; page: string | undefined }) {
  const shown = column.cell?.(row) ?? (written(column.value(row)) || text.shell.none);
  return page === undefined ? shown : <Link to={page}>{shown}</Link>;
}

function usePreferences<Row>(
  columns: Column<Row>[],
  kept: CollectionPreferencesProps.Preferences | undefined,
) {
  return useMemo(() => {
    const display = columns.map(({ id, hidden }) => ({ id, visible: hidden !== true }));
    const chosen = (kept?.contentDisplay ?? []).filter(({ id }) =>
      columns.some((column) => column.id === id),
    );
    const others = display.filter(({ id }) => !chosen.some((one) => one.id === id));
    return {
      pageSize: kept?.pageSize ?? PAGE_SIZE,
      wrapLines: kept?.wrapLines ?? false,
      contentDisplay: [...chosen, ...others],
    };
  }, [columns, kept]);
}

/** Whoever comes by another address finds what that one asks for. */
export function ListTable<Row>(props: ListProps<Row>) {
  const { search } = useLocation();
  return <Listed key={search} {...props} />;
}

function Listed<Row>(props: ListProps<Row>) {
  const { name, things, list, columns, idOf, nameOf, pageOf, empty } = props;
  const [params] = useSearchParams();
  const [kept, keep] = useKept(name);
  const preferences = usePreferences(columns, kept.preferences);
  const found = useMemo(() => flat(columns, list.items), [columns, list.items]);
  const filtered = useMemo(() => columns.filter((column) => column.unfiltered !== true), [columns]);
  const options = useMemo(() => proposals(filtered, list.items), [filtered, list.items]);
  const properties = useMemo(() => filtered.map(findable), [filtered]);
  const sorters = useMemo(() => new Map(columns.map((column) => [column.id, sorter(column)])), [columns]);
  const collection = useCollection(found, {
    propertyFiltering: {
      filteringProperties: properties,
      filteringOptions: options,
      defaultQuery: asked(filtered, params),
    },
    pagination: { pageSize: preferences.pageSize },
    sorting: {},
    selection: { keepSelection: true, trackBy: ({ row }) => idOf(row) },
  });
  const { items, allPageItems, actions, collectionProps, propertyFilterProps, paginationProps } = collection;
  const { filteredItemsCount } = collection;
  const selected = current(collectionProps.selectedItems ?? [], list.items, idOf);
  const clear = () => actions.setSelectedItems([]);

  const nothing = <Nothing {...empty} />;
  const unfilter = () => actions.setPropertyFiltering({ tokens: [], operation: "and" });
  const noMatch = (
    <Nothing
      title={words.noMatch}
      detail={words.noMatchDetail}
      action={<Button onClick={unfilter}>{words.clear}</Button>}
    />
  );
  const use = (view: View) => {
    actions.setPropertyFiltering(view.query);
    if (view.sorting !== undefined) {
      const { column, descending } = view.sorting;
      const sortingColumn = { sortingField: column, sortingComparator: sorters.get(column) };
      actions.setSorting({ sortingColumn, isDescending: descending });
    }
    keep({ ...kept, preferences: view.preferences });
  };
  const sorted = collectionProps.sortingColumn?.sortingField;
  const view: Omit<View, "name"> = {
    query: propertyFilterProps.query,
    sorting:
      sorted === undefined
        ? undefined
        : { column: sorted, descending: collectionProps.sortingDescending ?? false },
    preferences,
  };
  const total = list.items.length;
  const hidden = unseen(selected, allPageItems, idOf);
  const seen = selected.length - hidden;
  // The box in the header selects one page.
  const wantsAll = props.selection === "multi" && seen >= items.length && seen < allPageItems.length;
  const all =
    wantsAll && items.length > 0
      ? { count: allPageItems.length, onSelect: () => actions.setSelectedItems([...allPageItems]) }
      : undefined;
  const untold = useUntold(list.error, list.items.length > 0);
  const isUnread = list.error !== null && list.items.length === 0;
  return (
    <SpaceBetween size="m">
      {untold !== null && <Unread problem={untold.problem} onAgain={list.refetch} />}
      <Table
        {...collectionProps}
        items={items}
        empty={isUnread ? words.failed : list.items.length === 0 ? nothing : noMatch}
        variant={props.variant ?? "container"}
        stickyHeader
        resizableColumns
        enableKeyboardNavigation
        loading={list.isPending}
        loadingText={words.loading(things)}
        wrapLines={preferences.wrapLines}
        {...(props.selection === undefined ? {} : { selectionType: props.selection })}
        columnDisplay={preferences.contentDisplay}
        ariaLabels={{
          tableLabel: props.title,
          selectionGroupLabel: props.title,
          allItemsSelectionLabel: () => words.selectAll,
          itemSelectionLabel: (_, { row }) => words.select(nameOf(row)),
        }}
        columnDefinitions={columns.map((column, index) => ({
          id: column.id,
          header: column.header,
          sortingField: column.id,
          sortingComparator: sorters.get(column.id),
          cell: ({ row }: Flat<Row>) => (
            <Cell column={column} row={row} page={index === 0 ? pageOf?.(row) : undefined} />
          ),
          isRowHeader: index === 0,
          minWidth: WIDTH_MIN,
          width: column.width ?? WIDTH,
        }))}
        header={
          <Header
            variant={props.headingLevel ?? "h1"}
            info={
              (hidden > 0 || all !== undefined) && (
                <Selection selected={selected.length} unseen={hidden} onClear={clear} all={all} />
              )
            }
            description={props.description}
            counter={counter({ total, selected: selected.length, isPartial: list.isPartial, isUnread })}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="refresh" ariaLabel={text.shell.refresh} onClick={list.refetch} />
                {props.actions?.(selected, clear)}
              </SpaceBetween>
            }
          >
            {props.title}
          </Header>
        }
        filter={
          <div className="filter">
            <PropertyFilter
              {...propertyFilterProps}
              virtualScroll
              filteringPlaceholder={words.find(things)}
              filteringAriaLabel={words.find(things)}
              countText={words.matches(filteredItemsCount ?? 0)}
              expandToViewport
            />
            <SavedViews
              views={kept.views ?? []}
              onUse={use}
              onKeep={(views) => keep({ ...kept, views })}
              current={view}
            />
          </div>
        }
        pagination={<Pagination {...paginationProps} />}
        preferences={
          <CollectionPreferences
            title={words.preferences}
            confirmLabel={text.shell.confirm}
            cancelLabel={text.shell.cancel}
            preferences={preferences}
            onConfirm={({ detail }) => keep({ ...kept, preferences: detail })}
            pageSizePreference={{
              title: words.pageSize,
              options: PAGE_SIZES.map((value) => ({ value, label: words.rows(value) })),
            }}
            wrapLinesPreference={{ label: words.wrap, description: words.wrapDetail }}
            contentDisplayPreference={{
              title: words.columns,
              options: columns.map(({ id, header }, index) => ({
                id,
                label: header,
                alwaysVisible: index === 0,
              })),
            }}
          />
        }
        footer={
          props.footer ??
          (list.isPartial ? <Box textAlign="center">{words.stillLoading(total)}</Box> : undefined)
        }
      />
    </SpaceBetween>
  );
}
