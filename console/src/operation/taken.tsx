// A wrapped file that was taken: it is answered once, and saved at once.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";

import type { Schemas } from "../api/client";
import { text } from "../text";
import { saveBytes } from "../format/save";

const words = text.keys.download;

type Download = Schemas["DownloadView"];

export function saveDownload({ wrapped, preparation }: Download): void {
  if (wrapped != null) saveBytes(`${preparation.name}-${preparation.version ?? 0}.wrapped`, wrapped);
}

export function Taken({ download }: { download: Download }) {
  return (
    <Alert type="success" header={words.taken}>
      <SpaceBetween size="s">
        {words.unwrap(download.wrapping)}
        <Box variant="code">
          {words.command(download.preparation.name, download.preparation.version ?? 0)}
        </Box>
        <Button onClick={() => saveDownload(download)}>{words.again}</Button>
      </SpaceBetween>
    </Alert>
  );
}
