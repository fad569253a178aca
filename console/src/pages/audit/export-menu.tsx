// Takes the log along: its newest checkpoint, or all of it.
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";

import { asProblem } from "../../api/client";
import { read } from "../../api/read";
import { exportOf } from "../../audit/export";
import { save } from "../../format/save";
import { useNotify } from "../../notices/notices";
import { text } from "../../text";
import { tileOf } from "./tile-of";
import { isDenied } from "./whole-log";

const words = text.audit;

export function ExportMenu() {
  const notify = useNotify();
  const [progress, setProgress] = useState<string>();
  const take = async (what: string) => {
    setProgress(words.exporting(0, 1));
    try {
      const { signed } = await read("/api/v1/audit/checkpoint");
      if (signed == null) notify({ type: "warning", content: words.verify.why["nothing-signed"] });
      else if (what === "checkpoint") save("checkpoint", signed.note, "application/octet-stream");
      else {
        const tell = (done: number, all: number) => setProgress(words.exporting(done, all));
        save("keyferry-audit.tar", await exportOf(signed, tileOf, tell), "application/x-tar");
        const { key } = await read("/api/v1/audit/key");
        const command = `keyferry audit verify FOLDER --key '${key}'`;
        notify({
          type: "success",
          header: words.exported(signed.size),
          content: `${words.exportedHow} ${command}`,
        });
      }
    } catch (error) {
      const problem = asProblem(error);
      const why = isDenied(problem)
        ? { header: problem.detail, content: words.wholeDenied }
        : { content: problem.detail };
      notify({ type: "error", ...why });
    }
    setProgress(undefined);
  };
  return (
    <ButtonDropdown
      loading={progress !== undefined}
      {...(progress === undefined ? {} : { loadingText: progress })}
      items={[
        { id: "checkpoint", text: words.checkpoint },
        { id: "export", text: words.exportAll },
      ]}
      onItemClick={({ detail }) => void take(detail.id)}
    >
      {words.exportMenu}
    </ButtonDropdown>
  );
}
