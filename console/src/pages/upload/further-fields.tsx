// What most leave as the keystore says: access, end of the material, rotation, tags.
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

import { Choice } from "../../fields/choice";
import { lifetimeOf } from "../../fields/lifetime";
import { MomentField, momentOf } from "../../fields/moment-field";
import { RotationFields } from "../../fields/rotation-fields";
import { TagsField } from "../../fields/tags-field";
import { atMinute } from "../../format/time";
import { until } from "../../format/zone";
import { text } from "../../text";
import { AccessFields } from "./access-fields";
import type { Draft } from "./draft";
import type { Filling } from "./filling";

const words = text.upload.further;
/** AWS takes no later end. */
const AHEAD_MAX = 365 * 24 * 3_600_000;

function Part({ title, summary, children }: { title: string; summary: string; children: ReactNode }) {
  return (
    <ExpandableSection variant="container" headerText={title} headerDescription={summary}>
      {children}
    </ExpandableSection>
  );
}

function Expiry({ draft, put, keystore, lacks }: Filling) {
  const end = lifetimeOf(keystore?.template ?? {}, atMinute);
  const at = momentOf(draft.end);
  const isFar = at !== undefined && until(at) > AHEAD_MAX;
  return (
    <SpaceBetween size="m">
      <FormField label={words.expires} description={words.expiresHelp}>
        <RadioGroup
          value={draft.expiry}
          items={[
            { value: "template", label: words.asTemplate(end) },
            { value: "never", label: text.shell.never },
            { value: "at", label: words.at },
          ]}
          onChange={({ detail }) => put({ expiry: detail.value as Draft["expiry"] })}
        />
      </FormField>
      {draft.expiry === "at" && (
        <MomentField
          value={draft.end}
          onChange={(moment) => put({ end: moment })}
          dateLabel={words.date}
          timeLabel={words.time}
          zoneLabel={words.zone}
          errorText={lacks.includes("end") ? words.endNeeded : undefined}
        />
      )}
      {draft.expiry === "at" && isFar && (
        <FormField label={words.renewal} description={words.renewalHelp}>
          <Choice options={words.renewals} value={draft.renewal} onChange={(renewal) => put({ renewal })} />
        </FormField>
      )}
    </SpaceBetween>
  );
}

export function FurtherFields(filling: Filling) {
  const { draft, put } = filling;
  return (
    <SpaceBetween size="l">
      <Part title={words.access} summary={words.accessHelp}>
        <AccessFields {...filling} />
      </Part>
      {draft.way !== "aws" && (
        <Part title={words.expiry} summary={words.expirySummary}>
          <Expiry {...filling} />
        </Part>
      )}
      <Part title={words.rotation} summary={words.rotationHelp}>
        <RotationFields draft={draft.rotation} onChange={(rotation) => put({ rotation })} above="keystore" />
      </Part>
      <Part title={words.tags} summary={words.tagsHelp}>
        <TagsField tags={draft.tags} onChange={(tags) => put({ tags })} />
      </Part>
    </SpaceBetween>
  );
}
