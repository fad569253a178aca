// What the key in the vault is that a file becomes: what applications may do with it, and whether it may leave.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { text } from "../../text";
import { PermittedField } from "../../fields/permitted";
import { VersionsMaxField } from "../../fields/versions-max";
import type { Filling } from "./filling";

const words = text.keys.newKey;

export function KeyOfFile({ draft, put }: Filling) {
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <PermittedField
          spec={draft.reading.spec}
          value={draft.permitted}
          onChange={(permitted) => put({ permitted })}
          {...(draft.permitted.length === 0 ? { placeholder: text.upload.material.permitsAll } : {})}
        />
        <VersionsMaxField
          value={draft.versionsMax}
          onChange={(versionsMax) => put({ versionsMax })}
          description={text.upload.material.versionsMaxHelp}
        />
      </ColumnLayout>
      <Checkbox
        checked={draft.exportable}
        description={words.exportableHelp}
        onChange={({ detail }) => put({ exportable: detail.checked })}
      >
        {words.exportable}
      </Checkbox>
    </SpaceBetween>
  );
}
