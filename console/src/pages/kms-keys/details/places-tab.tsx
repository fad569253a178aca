// Where a KMS key is: primary and replicas, more of them, and another primary.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { text } from "../../../text";
import { changePrimary, replicate } from "../operations/places";
import type { Tab } from "./kms-key";
import { PlacesTable } from "./places-table";

const words = text.kmsKey.places;

export function PlacesTab({ kmsKey }: Tab) {
  const [open, setOpen] = useState<"replicate" | "change-primary">();
  const close = () => setOpen(undefined);
  const hasReplica = kmsKey.places.some((place) => !place.primary && place.arn != null);
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button disabled={!hasReplica} onClick={() => setOpen("change-primary")}>
        {words.changePrimary}
      </Button>
      <Button onClick={() => setOpen("replicate")}>{words.replicate}</Button>
    </SpaceBetween>
  );
  return (
    <SpaceBetween size="m">
      {!kmsKey.multi_region && <Alert type="info">{words.singleDetail}</Alert>}
      <PlacesTable kmsKey={kmsKey} actions={kmsKey.multi_region && actions} />
      {open === "replicate" && <replicate.One kmsKey={kmsKey} onClose={close} />}
      {open === "change-primary" && <changePrimary.One kmsKey={kmsKey} onClose={close} />}
    </SpaceBetween>
  );
}
