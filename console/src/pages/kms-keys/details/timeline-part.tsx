// The versions of a KMS key and its rotations in the order of time.
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Steps, { type StepsProps } from "@cloudscape-design/components/steps";
import { useState } from "react";

import type { Schemas } from "../../../api/client";
import { atMinute, fromNow } from "../../../format/time";
import { text } from "../../../text";
import type { Tab } from "./kms-key";
import { timeline, type Moment } from "./timeline";

const words = text.kmsKey.timeline;

function said(moment: Moment): string {
  switch (moment.kind) {
    case "made":
      return words.made(moment.number, moment.origin);
    case "state":
      return words.state(moment.number, moment.state);
    case "destroyed":
      return words.destroyed(moment.number);
    case "destruction":
      return words.destruction(moment.number);
    case "expiry":
      return (moment.standing === "ahead" ? words.expires : words.expired)(moment.number);
    default:
      return words[moment.kind];
  }
}

function statusOf({ kind, standing }: Moment): StepsProps.Status {
  if (standing === "due") return "pending";
  const isLoss = kind === "deletion" || kind === "destruction" || kind === "destroyed" || kind === "expiry";
  if (standing === "ahead") return isLoss ? "warning" : "pending";
  if (isLoss) return "stopped";
  return kind === "state" ? "info" : "success";
}

/** Times are in the time zone of whoever looks. */
export function Timeline({ kmsKey, versions }: Tab & { versions: Schemas["KeyVersionView"][] }) {
  const [now] = useState(Date.now);
  const moments = timeline(kmsKey, versions, now);
  return (
    <Container
      header={
        <Header variant="h2" description={words.detail}>
          {words.title}
        </Header>
      }
    >
      <Steps
        ariaLabel={words.title}
        steps={moments.map((moment) => ({
          status: statusOf(moment),
          statusIconAriaLabel: words[moment.standing],
          header: said(moment),
          details: (
            <Box color="text-body-secondary" fontSize="body-s">
              {atMinute(moment.at)} ({fromNow(moment.at, now)})
              {moment.standing === "due" && ` · ${words.due}`}
            </Box>
          ),
        }))}
      />
    </Container>
  );
}
