// The tags of a KMS key.
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import TagEditor, { type TagEditorProps } from "@cloudscape-design/components/tag-editor";
import { useState } from "react";

import { rowsOf, tagChanges } from "../../../fields/tags";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { text } from "../../../text";
import { update, type KmsKey, type Tab } from "./kms-key";

const words = text.kmsKey.tags;
/** AWS takes 50; one is Keyferry's. */
const TAGS_MAX = 49;

/** Tags that AWS shows and nobody here wants: Keyferry's own, and those of others. */
function Others({ kmsKey }: Tab) {
  const others = kmsKey.places.flatMap(({ region, tags }) =>
    Object.entries(tags ?? {})
      .filter(([key]) => !(key in kmsKey.tags))
      .map(([key, value]) => ({ region, key, value })),
  );
  if (others.length === 0) return null;
  return (
    <ExpandableSection headerText={`${words.own} (${others.length})`}>
      <Table
        variant="embedded"
        wrapLines
        enableKeyboardNavigation
        ariaLabels={{ tableLabel: words.own }}
        items={others}
        columnDefinitions={[
          { id: "key", header: words.key, cell: ({ key }) => key, isRowHeader: true },
          { id: "value", header: words.value, cell: ({ value }) => value },
          { id: "where", header: words.where, cell: ({ region }) => region },
        ]}
      />
    </ExpandableSection>
  );
}

interface Draft {
  /** The tags of which it is a draft. */
  of: KmsKey["tags"];
  tags: readonly TagEditorProps.Tag[];
  valid: boolean;
}

function draftOf(kmsKey: KmsKey): Draft {
  const tags = rowsOf(kmsKey.tags).map((row) => ({ ...row, existing: true }));
  return { of: kmsKey.tags, tags, valid: true };
}

export function TagsTab({ kmsKey }: Tab) {
  const [kept, setDraft] = useState(() => draftOf(kmsKey));
  const [operation, setOperation] = useState<Operation>();
  // Tags that changed meanwhile are begun with anew.
  const isSame = JSON.stringify(kept.of) === JSON.stringify(kmsKey.tags);
  const draft = isSame ? kept : draftOf(kmsKey);
  const staying = draft.tags.filter(({ markedForRemoval }) => markedForRemoval !== true);
  const changes = tagChanges(kmsKey.tags, staying);
  const isChanged = Object.keys(changes).length > 0;
  const preview = () => setOperation(update(kmsKey, words.change(kmsKey.name), { tags: changes }));
  const edit = ({ tags, valid }: TagEditorProps.ChangeDetail) => setDraft({ of: kmsKey.tags, tags, valid });
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.detail}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" disabled={!isChanged} onClick={() => setDraft(draftOf(kmsKey))}>
                {words.discard}
              </Button>
              <Button variant="primary" disabled={!isChanged || !draft.valid} onClick={preview}>
                {words.preview}
              </Button>
            </SpaceBetween>
          }
        >
          {words.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {draft.tags.length === 0 && <Box color="text-body-secondary">{words.emptyTag}</Box>}
        <TagEditor tags={draft.tags} tagLimit={TAGS_MAX} onChange={({ detail }) => edit(detail)} />
        <Others kmsKey={kmsKey} />
      </SpaceBetween>
      {operation !== undefined && (
        <OperationDialog operation={operation} onClose={() => setOperation(undefined)} />
      )}
    </Container>
  );
}
