// The audit log, newest first.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import type { Entry } from "../../audit/shown";
import { exactly } from "../../format/time";
import { ProblemAlert } from "../../notices/problem-alert";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { EntryPanel } from "./entry-panel";
import { ExportMenu } from "./export-menu";
import { filterOf, isSifted, NOTHING, paramsOf, type Filter } from "./filter";
import { FilterForm } from "./filter-form";
import { ObjectLink } from "./object-link";
import { Quarantine } from "./quarantine";
import { Result } from "../../format/result";
import { useEntries, type Entries } from "./use-entries";

const words = text.audit;

function distinct(options: { value: string; description?: string }[]) {
  return [...new Map(options.map((option) => [option.value, option])).values()];
}

function proposalsOf(entries: Entry[]) {
  return {
    actor: distinct(entries.map(({ actor }) => ({ value: actor }))),
    action: distinct(entries.map(({ action }) => ({ value: action }))),
    object: distinct(
      entries.map(({ object: { id, kind, name } }) => ({ value: id, description: `${kind} ${name}` })),
    ),
  };
}

function Footer({ entries, isFiltered }: { entries: Entries; isFiltered: boolean }) {
  const { found, looked, oldest, isLooking, hasMore, more, stop } = entries;
  const back = oldest === undefined ? "" : exactly(oldest.at);
  return (
    <Box textAlign="center">
      <SpaceBetween size="xs" direction="vertical">
        {isLooking && <Button onClick={stop}>{words.stop}</Button>}
        {!isLooking && hasMore && <Button onClick={more}>{words.loadMore}</Button>}
        <Box color="text-body-secondary">
          {hasMore && words.looking(looked, back)}
          {!hasMore && (isFiltered ? words.found(found.length, looked) : words.all(looked))}
        </Box>
      </SpaceBetween>
    </Box>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  return (
    <Box textAlign="center" padding="l">
      <b>{isFiltered ? words.noMatch : words.empty}</b>
      <Box color="text-body-secondary">{isFiltered ? words.noMatchDetail : words.emptyDetail}</Box>
    </Box>
  );
}

const columns = words.columns;

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["job", "approval"]}>
      <p>{words.help}</p>
      <p>{words.helpKeep}</p>
    </Help>,
  );
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => filterOf(params), [params]);
  const entries = useEntries(filter);
  const [open, setOpen] = useState<number>();
  const proposals = useMemo(() => proposalsOf(entries.found), [entries.found]);
  const find = (next: Filter) => {
    setOpen(undefined);
    setParams(paramsOf(next));
  };
  const isFiltered = paramsOf(filter).size > 0;
  return (
    <SpaceBetween size="m">
      <Quarantine />
      {entries.error !== null && (
        <ProblemAlert
          isRead
          problem={entries.error.problem}
          action={<Button onClick={entries.refetch}>{text.shell.tryAgain}</Button>}
        />
      )}
      <Table
        items={entries.found}
        trackBy={({ index }) => String(index)}
        stickyHeader
        resizableColumns
        enableKeyboardNavigation
        loading={entries.isPending && entries.error === null}
        loadingText={words.loading}
        empty={<Nothing isFiltered={isFiltered} />}
        ariaLabels={{ tableLabel: words.title }}
        header={
          <Header
            variant="h1"
            description={words.description}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="refresh" ariaLabel={text.shell.refresh} onClick={entries.refetch} />
                <ExportMenu />
                <Button variant="primary" onClick={() => void navigate("/audit/verify")}>
                  {words.verifyLog}
                </Button>
              </SpaceBetween>
            }
          >
            {words.title}
          </Header>
        }
        filter={<FilterForm key={params.toString()} filter={filter} proposals={proposals} onFind={find} />}
        columnDefinitions={[
          {
            id: "index",
            header: columns.index,
            cell: ({ index }) => (
              <Button
                variant="inline-link"
                ariaLabel={words.entry.open(index)}
                onClick={() => setOpen(index)}
              >
                {index}
              </Button>
            ),
            isRowHeader: true,
            width: 85,
          },
          { id: "at", header: columns.at, cell: ({ at }) => exactly(at), width: 265 },
          { id: "actor", header: columns.actor, cell: ({ actor }) => actor, width: 150 },
          { id: "action", header: columns.action, cell: ({ action }) => action, width: 180 },
          {
            id: "object",
            header: columns.object,
            cell: ({ object }) => <ObjectLink object={object} />,
            width: 205,
          },
          {
            id: "result",
            header: columns.result,
            cell: ({ result }) => <Result result={result} />,
            width: 150,
          },
        ]}
        footer={entries.isPending ? undefined : <Footer entries={entries} isFiltered={isSifted(filter)} />}
      />
      {open !== undefined && (
        <EntryPanel
          entries={entries.found}
          index={open}
          onOpen={setOpen}
          onAbout={(object) => find({ ...NOTHING, object })}
          onClose={() => setOpen(undefined)}
        />
      )}
    </SpaceBetween>
  );
}
