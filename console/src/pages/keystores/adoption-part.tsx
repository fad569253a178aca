// What became of a part of the KMS keys that were to be adopted, or would.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../../api/client";
import { KmsKeyStatus } from "../../format/status";
import { text } from "../../text";
import { LeftPart } from "./left-part";

const words = text.keystores.adopt;

interface Props {
  adoption: Schemas["AdoptionView"];
  isTrial?: boolean;
  onNext?: (cursor: string) => void;
}

function Adopted({ adoption: { adopted }, isTrial }: Props) {
  if (adopted.length === 0) return null;
  const title = isTrial === true ? words.would(adopted.length) : words.did(adopted.length);
  return (
    <Table
      variant="embedded"
      contentDensity="compact"
      items={adopted}
      trackBy="arn"
      header={<Header variant="h3">{title}</Header>}
      ariaLabels={{ tableLabel: title }}
      columnDefinitions={[
        { id: "name", header: words.name, cell: ({ name }) => name, isRowHeader: true },
        { id: "status", header: words.status, cell: ({ status }) => <KmsKeyStatus status={status} /> },
        { id: "source", header: words.source, cell: ({ source }) => source },
        { id: "regions", header: words.regions, cell: ({ regions }) => regions.join(", ") },
      ]}
    />
  );
}

export function AdoptionPart({ adoption, isTrial, onNext }: Props) {
  const { adopted, left, next } = adoption;
  const isNothing = adopted.length === 0 && left.length === 0;
  return (
    <SpaceBetween size="m">
      {isNothing && <Alert type="info">{words.nothing}</Alert>}
      <Adopted adoption={adoption} isTrial={isTrial === true} />
      <LeftPart left={left} />
      {next != null && (
        <Alert
          type="info"
          action={
            onNext === undefined ? undefined : <Button onClick={() => onNext(next)}>{words.next}</Button>
          }
        >
          {words.more}
        </Alert>
      )}
    </SpaceBetween>
  );
}
