// Takes KMS keys that are in AWS already into a keystore: those that were chosen, or all that sync found.
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";

import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import { tagsOf, type Tag } from "../../fields/tags";
import { TagsField } from "../../fields/tags-field";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { AdoptionPart } from "./adoption-part";
import { TOUCHES, type DialogProps } from "./dialog-props";

const words = text.keystores.adopt;
const PART = "200";

interface Props extends DialogProps {
  /** Those that were chosen; else all that were found, or those that are described. */
  arns?: string[];
}

function bodyOf(arns: string[] | undefined, contains: string, tags: Tag[]): Schemas["AdoptRequest"] {
  if (arns !== undefined) return { keys: arns };
  const tagged = tagsOf(tags);
  const isDescribed = contains.trim() !== "" || Object.keys(tagged).length > 0;
  if (!isDescribed) return { all: true };
  return {
    ...(contains.trim() === "" ? {} : { name_contains: contains.trim() }),
    ...(Object.keys(tagged).length === 0 ? {} : { tags: tagged }),
  };
}

export function AdoptDialog({ keystore, arns, onClose }: Props) {
  const [contains, setContains] = useState("");
  const [tags, setTags] = useState<Tag[]>([]);
  const [cursor, setCursor] = useState<string>();
  const fields = (
    <SpaceBetween size="l">
      <Box>{words.detail}</Box>
      <FormField label={words.contains} description={words.containsHelp}>
        <Input value={contains} onChange={({ detail }) => setContains(detail.value)} />
      </FormField>
      <FormField label={words.tags} stretch>
        <TagsField tags={tags} onChange={setTags} />
      </FormField>
    </SpaceBetween>
  );
  // Each further part is one operation more, which needs no questions.
  const hasFields = arns === undefined && cursor === undefined;
  return (
    <OperationDialog
      key={cursor ?? ""}
      operation={{
        title: words.title(keystore.name),
        name: keystore.name,
        change: change("post", "/api/v1/keystores/{keystore}/adopt", {
          path: { keystore: keystore.id },
          query: { limit: PART, ...(cursor === undefined ? {} : { cursor }) },
          body: bodyOf(arns, contains, tags),
        }),
        touches: TOUCHES,
        isWorth: (preview) => {
          const { adopted, next } = preview as Schemas["AdoptionView"];
          return adopted.length > 0 || next != null;
        },
      }}
      {...(hasFields ? { fields } : {})}
      render={(preview) => <AdoptionPart adoption={preview as Schemas["AdoptionView"]} isTrial />}
      result={(answer) => <AdoptionPart adoption={answer as Schemas["AdoptionView"]} onNext={setCursor} />}
      onClose={onClose}
    />
  );
}
