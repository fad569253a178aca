// Where AWS, as it was observed last, differs from what is wanted; and observing it now.
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";

import { exactly } from "../../../format/time";
import { Nothing } from "../../../table/nothing";
import { text } from "../../../text";
import { useObserve } from "../observe";
import { differences, type Difference } from "./differences";
import type { KmsKey, Tab } from "./kms-key";

const words = text.kmsKey.plan;

/** What is wanted and what is, in words. */
function inWords({ property, wanted, actual }: Difference): [wanted: string, actual: string] {
  const listed = (parts: string[]) => (parts.length === 0 ? words.nothing : parts.join(", "));
  if (property === "place") return [words.there, words.notThere];
  if (property === "policy") return [words.asWanted, words.another];
  if (property !== "material") return [listed(wanted), listed(actual)];
  if (wanted.length === 0) return [words.noForeign, listed(actual.map(words.foreignMaterial))];
  const versions = wanted.map((number) => words.version(Number(number)));
  return [listed(versions), actual.length === 0 ? words.notThere : listed(actual.map(words.foreignMaterial))];
}

function observedAt({ places }: KmsKey): string {
  const [oldest] = places.flatMap(({ read_at: at }) => (at == null ? [] : [at])).sort();
  return oldest === undefined ? words.neverObserved : words.noneDetail(exactly(oldest));
}

export function DifferencesTable({ kmsKey }: Tab) {
  const [observe, isObserving] = useObserve();
  const rows = differences(kmsKey);
  return (
    <Table
      items={rows}
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: words.differences }}
      header={
        <Header
          variant="h2"
          counter={`(${rows.length})`}
          description={words.differencesDetail}
          actions={
            <Button loading={isObserving} onClick={() => void observe(kmsKey)}>
              {words.observe}
            </Button>
          }
        >
          {words.differences}
        </Header>
      }
      empty={<Nothing title={words.none} detail={observedAt(kmsKey)} />}
      columnDefinitions={[
        {
          id: "what",
          header: words.what,
          cell: ({ property }) => words.names[property],
          isRowHeader: true,
        },
        { id: "where", header: words.where, cell: ({ region }) => region },
        { id: "wanted", header: words.wanted, cell: (row) => inWords(row)[0] },
        { id: "actual", header: words.actual, cell: (row) => inWords(row)[1] },
      ]}
    />
  );
}
