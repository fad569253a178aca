// What a new key in the vault is, made or of a file: what applications may do with it, and whether it may leave.
import Checkbox from "@cloudscape-design/components/checkbox";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import SpaceBetween from "@cloudscape-design/components/space-between";

import { text } from "../../text";
import { PermittedField } from "../../fields/permitted";
import { VersionsMaxField } from "../../fields/versions-max";
import type { Filling } from "./filling";
import { specOf } from "./usage";

const words = text.keys.newKey;

export function NewKeyFields(filling: Filling) {
  const { draft, put } = filling;
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={2}>
        <PermittedField
          spec={specOf(filling)}
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
