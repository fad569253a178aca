// What can be done with the files: take one along, begin a new one, remove all lines.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { change } from "../../api/change";
import { answered, asProblem, client } from "../../api/client";
import { save } from "../../format/save";
import { useNotify } from "../../notices/notices";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { removal } from "../../operation/removal";
import { text } from "../../text";

const words = text.requestLog;
const TOUCHES = ["/api/v1/request-log"];

const ROTATE: Operation = {
  title: words.rotateTitle,
  name: "",
  change: change("post", "/api/v1/request-log/rotate", {}),
  touches: TOUCHES,
};

const CLEAR = removal({
  title: words.clearTitle,
  name: words.clearName,
  change: change("post", "/api/v1/request-log/clear", {}),
  touches: TOUCHES,
});

interface Props {
  /** The file that is looked at; the current one where it is empty. */
  file: string;
  nameOfFile: string;
  files: number;
}

export function FileActions({ file, nameOfFile, files }: Props) {
  const notify = useNotify();
  const [operation, setOperation] = useState<Operation>();
  const [downloading, setDownloading] = useState(false);
  const download = async () => {
    setDownloading(true);
    try {
      const query = file === "" ? {} : { file };
      const { data } = await answered(
        client.GET("/api/v1/request-log/download", { params: { query }, parseAs: "text" }),
      );
      save(nameOfFile, data, "application/octet-stream");
    } catch (error) {
      notify({ type: "error", header: words.downloadFailed, content: asProblem(error).detail });
    }
    setDownloading(false);
  };
  const detail = operation === CLEAR ? words.clearDetail(files) : words.rotateDetail;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button loading={downloading} onClick={() => void download()}>
        {words.download}
      </Button>
      <Button onClick={() => setOperation(ROTATE)}>{words.rotate}</Button>
      <Button onClick={() => setOperation(CLEAR)}>{words.clear}</Button>
      {operation !== undefined && (
        <OperationDialog
          operation={operation}
          render={() => <Alert type={operation === CLEAR ? "warning" : "info"}>{detail}</Alert>}
          onClose={() => setOperation(undefined)}
        />
      )}
    </SpaceBetween>
  );
}
