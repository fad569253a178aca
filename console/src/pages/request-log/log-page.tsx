// The request log: a line for each request that the server answered.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { useRead } from "../../api/read";
import { Loaded } from "../../notices/loaded";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { Controls } from "./controls";
import { FileActions } from "./file-actions";
import { queryOf, USUAL, type Wanted } from "./wanted";

const words = text.requestLog;

function Lines({ log, wrap }: { log: Schemas["RequestLogView"]; wrap: boolean }) {
  if (log.lines.length === 0) {
    return (
      <Box textAlign="center" padding="l">
        <b>{words.empty}</b>
        <Box color="text-body-secondary">{words.emptyDetail}</Box>
      </Box>
    );
  }
  return (
    <pre className={wrap ? "lines wrapped" : "lines"} tabIndex={0} role="region" aria-label={words.output}>
      {log.lines.join("\n")}
    </pre>
  );
}

function Losses({ files }: { files: Schemas["LogFilesView"] }) {
  if (files.failing == null && files.lost === 0) return null;
  return (
    <Alert type="warning" header={files.failing == null ? undefined : words.failing}>
      {files.failing} {files.lost > 0 && words.lost(files.lost)}
    </Alert>
  );
}

export default function LogPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["job"]}>
      {words.help}
    </Help>,
  );
  const [draft, setDraft] = useState<Wanted>(USUAL);
  const [wanted, setWanted] = useState<Wanted>(USUAL);
  const [wrap, setWrap] = useState(false);
  const files = useRead("/api/v1/request-log/files");
  const log = useRead("/api/v1/request-log", { query: queryOf(wanted) });
  const refresh = () => {
    void files.refetch();
    void log.refetch();
  };
  const display = () => {
    if (JSON.stringify(draft) === JSON.stringify(wanted)) refresh();
    else setWanted(draft);
  };
  const known = files.data?.files ?? [];
  const current = known.find((file) => file.current)?.name ?? "";
  const nameOfFile = wanted.file === "" ? current : wanted.file;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.description}
          actions={<FileActions file={wanted.file} nameOfFile={nameOfFile} files={known.length} />}
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {files.data !== undefined && <Losses files={files.data} />}
        <Container>
          <Controls
            wanted={draft}
            files={known}
            wrap={wrap}
            isReading={log.isFetching}
            onChange={setDraft}
            onWrap={setWrap}
            onDisplay={display}
          />
        </Container>
        <Container
          header={
            <Header
              variant="h2"
              description={
                log.data === undefined ? undefined : words.shown(log.data.lines.length, log.data.file)
              }
              actions={<Button iconName="refresh" ariaLabel={text.shell.refresh} onClick={refresh} />}
            >
              {words.output}
            </Header>
          }
        >
          <Loaded of={log}>{(data) => <Lines log={data} wrap={wrap} />}</Loaded>
        </Container>
      </SpaceBetween>
    </ContentLayout>
  );
}
