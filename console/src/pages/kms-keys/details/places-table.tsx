// The places of a KMS key, as AWS was observed last.
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { ReactNode } from "react";

import { atMinute, fromNow } from "../../../format/time";
import { Nothing } from "../../../table/nothing";
import { text } from "../../../text";
import { Copied } from "./copied";
import type { Place, Tab } from "./kms-key";

const words = text.kmsKey.places;

/** Every place: those that are wanted and not there yet as well. */
function placesOf({ kmsKey }: Tab): Place[] {
  const absent = kmsKey.regions.filter((region) => !kmsKey.places.some((one) => one.region === region));
  return [...kmsKey.places, ...absent.map((region) => ({ region, primary: false }))];
}

function roleOf({ kmsKey }: Tab, place: Place): string {
  if (place.arn == null) return words.wanted;
  if (!kmsKey.multi_region) return words.single;
  return place.primary ? words.primary : words.replica;
}

function lastUseOf({ last_use: use }: Place): string {
  if (use == null) return words.notAsked;
  return use.at == null || use.operation == null ? use.text : `${use.operation}, ${fromNow(use.at)}`;
}

export function PlacesTable({ kmsKey, actions }: Tab & { actions?: ReactNode }) {
  const places = placesOf({ kmsKey });
  return (
    <Table
      items={places}
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: words.title }}
      header={
        <Header variant="h2" counter={`(${places.length})`} description={words.detail} actions={actions}>
          {words.title}
        </Header>
      }
      empty={<Nothing title={words.none} detail={words.noneDetail} />}
      columnDefinitions={[
        {
          id: "region",
          header: words.region,
          cell: ({ region }) => region,
          isRowHeader: true,
          minWidth: 140,
        },
        { id: "role", header: words.role, cell: (place) => roleOf({ kmsKey }, place) },
        { id: "state", header: words.state, cell: (place) => place.key_state ?? text.shell.none },
        {
          id: "arn",
          header: words.arn,
          minWidth: 300,
          cell: ({ arn, region }) =>
            arn == null ? text.shell.none : <Copied value={arn} label={words.copyArn(region)} />,
        },
        { id: "use", header: words.lastUse, cell: lastUseOf, minWidth: 120 },
        {
          id: "created",
          header: words.created,
          cell: (place) => atMinute(place.created_at) || text.shell.none,
        },
        { id: "read", header: words.readAt, cell: (place) => atMinute(place.read_at) || text.shell.none },
      ]}
    />
  );
}
