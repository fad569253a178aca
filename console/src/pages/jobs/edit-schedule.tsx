// Changes the rule of a schedule. What else follows from it stays as it is, and is said where it belongs to.
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { useLooked } from "../../fields/looked";
import { NextTimes } from "../../fields/next-times";
import { rotationDraft, rotationOf } from "../../fields/rotation";
import { RotationFields } from "../../fields/rotation-fields";
import { revisionNow } from "../../kms-key/revision";
import type { Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { text } from "../../text";
import { ruleChange, ruleOf, upcomingOf, type Scheduled } from "./scheduled";

const words = text.jobs.schedule;

interface Props {
  of: Scheduled;
  name: string;
  onClose: () => void;
}

export function EditSchedule({ of: now, name, onClose }: Props) {
  const of = useLooked(now, now.kind === "key" ? "/api/v1/keys" : "/api/v1/kms-keys");
  const [draft, setDraft] = useState(() => rotationDraft(ruleOf(of)));
  const title = words.editTitle(name);
  const operation = useMemo<Operation | undefined>(() => {
    const schedule = rotationOf(draft);
    if (schedule === undefined) return undefined;
    return {
      title,
      name,
      change: ruleChange(of, schedule),
      ...(of.kind === "kms-key" ? { afresh: () => revisionNow(of.kmsKey) } : {}),
      touches: ["/api/v1/schedules"],
    };
  }, [of, draft, name, title]);
  return (
    <OperationDialog
      operation={operation}
      title={title}
      onClose={onClose}
      render={(preview) => <NextTimes of={upcomingOf(of.kind, preview)} />}
      fields={
        <SpaceBetween size="m">
          {of.kind === "kms-key" ? (
            <RotationFields draft={draft} onChange={setDraft} above="keystore" />
          ) : (
            <RotationFields
              draft={draft}
              onChange={setDraft}
              isWhenOnly={of.key.rotation?.with_copies !== true}
            />
          )}
        </SpaceBetween>
      }
    />
  );
}
