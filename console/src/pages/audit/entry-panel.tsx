// All that an entry tells, and its proof.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Entry } from "../../audit/shown";
import { exactly } from "../../format/time";
import { Dialog } from "../../shell/dialog";
import { Link } from "../../shell/link";
import { text } from "../../text";
import { ObjectLink } from "./object-link";
import { Result } from "../../format/result";
import { Verification } from "./verification";

const words = text.audit;

function factsOf(entry: Entry): KeyValuePairsProps.Pair[] {
  const { job, request_id: request, aws_operation: operation, aws_request_id: awsRequest } = entry;
  const maybe = (label: string, value: string | null | undefined) =>
    value == null ? [] : [{ label, value: <span className="mono">{value}</span> }];
  return [
    { label: words.columns.at, value: exactly(entry.at) },
    { label: words.columns.actor, value: entry.actor },
    { label: words.columns.action, value: entry.action },
    { label: words.columns.object, value: <ObjectLink object={entry.object} /> },
    { label: words.entry.id, value: <span className="mono">{entry.object.id}</span> },
    { label: words.columns.result, value: <Result result={entry.result} /> },
    ...(job == null ? [] : [{ label: words.entry.job, value: <Link to={`/jobs/${job}`}>{job}</Link> }]),
    ...maybe(words.entry.requestId, request),
    ...maybe(words.entry.awsOperation, operation),
    ...maybe(words.entry.awsRequestId, awsRequest),
  ];
}

interface Props {
  entries: Entry[];
  index: number;
  onOpen: (index: number) => void;
  onAbout: (object: string) => void;
  onClose: () => void;
}

export function EntryPanel({ entries, index, onOpen, onAbout, onClose }: Props) {
  const place = entries.findIndex((entry) => entry.index === index);
  const entry = entries[place];
  if (entry === undefined) return null;
  const [newer, older] = [entries[place - 1], entries[place + 1]];
  const details = Object.entries(entry.detail).map(([name, value]) => ({ label: name, value }));
  return (
    <Dialog
      size="large"
      title={words.entry.title(entry.index)}
      onClose={onClose}
      actions={
        <>
          <Button disabled={newer === undefined} onClick={() => newer && onOpen(newer.index)}>
            {words.entry.newer}
          </Button>
          <Button disabled={older === undefined} onClick={() => older && onOpen(older.index)}>
            {words.entry.older}
          </Button>
          <Button variant="primary" onClick={onClose}>
            {text.shell.close}
          </Button>
        </>
      }
    >
      <SpaceBetween size="l">
        <KeyValuePairs columns={2} items={factsOf(entry)} />
        <SpaceBetween size="xs">
          <Box variant="h3">{words.entry.more}</Box>
          {details.length === 0 ? (
            <Box color="text-body-secondary">{words.entry.nothing}</Box>
          ) : (
            <KeyValuePairs columns={2} items={details} />
          )}
        </SpaceBetween>
        <Button onClick={() => onAbout(entry.object.id)}>{words.entry.others}</Button>
        <ExpandableSection headerText={words.entry.leaf} headerDescription={words.entry.leafHelp}>
          <pre className="lines wrapped">{entry.leaf}</pre>
          <Box variant="awsui-key-label">{words.entry.hash}</Box>
          <span className="mono">{entry.leaf_hash}</span>
        </ExpandableSection>
        <Verification key={entry.index} entry={entry} />
      </SpaceBetween>
    </Dialog>
  );
}
