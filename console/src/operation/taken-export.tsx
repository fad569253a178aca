// An export that was taken: it is answered once, saved at once, and tells what is in it.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import { useEffect, useState } from "react";

import { save } from "../format/save";
import { text } from "../text";
import { manifestOf, type LeftOut, type Manifest } from "./export-manifest";

const words = text.keys.leaving;
const TAR = "application/x-tar";

/** Whatever cannot be read is saved and told nevertheless. */
async function read(archive: Blob): Promise<Manifest | undefined> {
  const bytes = await archive.arrayBuffer().catch(() => undefined);
  return bytes && manifestOf(new Uint8Array(bytes));
}

function fileOf(manifest: Manifest | undefined): string {
  return manifest === undefined ? words.brokenFile : words.file(manifest.group);
}

export async function saveExport(archive: Blob): Promise<void> {
  save(fileOf(await read(archive)), archive, TAR);
}

function Missing({ leftOut }: { leftOut: LeftOut[] }) {
  return (
    <Table
      items={leftOut}
      variant="embedded"
      ariaLabels={{ tableLabel: words.leftOut }}
      header={<Box variant="h3">{words.leftOut}</Box>}
      columnDefinitions={[
        { id: "key", header: text.keys.one, cell: ({ key }) => key, isRowHeader: true },
        { id: "version", header: text.keys.versions.number, cell: ({ version }) => version },
        { id: "why", header: words.why, cell: ({ why }) => words.whys[why] ?? why },
      ]}
    />
  );
}

function Whole({ archive, manifest }: { archive: Blob; manifest: Manifest }) {
  const { group, keys, versions, leftOut } = manifest;
  return (
    <SpaceBetween size="m">
      <Alert type="success" header={words.taken(fileOf(manifest))}>
        <SpaceBetween size="s">
          {words.holds(versions - leftOut.length, versions, keys)}
          {words.unwrap}
          <pre className="lines">{words.commands(group)}</pre>
          <Button onClick={() => void saveExport(archive)}>{text.keys.download.again}</Button>
        </SpaceBetween>
      </Alert>
      {leftOut.length > 0 && <Missing leftOut={leftOut} />}
    </SpaceBetween>
  );
}

export function TakenExport({ archive }: { archive: Blob }) {
  const [found, setFound] = useState<{ manifest: Manifest | undefined }>();
  useEffect(() => {
    void read(archive).then((manifest) => setFound({ manifest }));
  }, [archive]);
  if (found === undefined) return <Spinner />;
  if (found.manifest !== undefined) return <Whole archive={archive} manifest={found.manifest} />;
  return (
    <Alert type="error" header={words.broken}>
      {words.brokenDetail}
    </Alert>
  );
}
