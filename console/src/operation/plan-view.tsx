// A plan, as people read it before they consent.
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";

import type { Schemas } from "../api/client";
import { accountOf } from "../format/arn";
import { atMinute, lasting } from "../format/time";
import { reasonOf } from "../notices/reason";
import { text } from "../text";
import type { Plan } from "./operation";

const words = text.operation;

function Step({ step }: { step: Schemas["PlanStepView"] }) {
  const end = step.ends_at == null ? "" : ` ${words.inAwsUntil(atMinute(step.ends_at))}`;
  const told = (
    <span className="breaks">
      {step.words}
      {end}
    </span>
  );
  return step.destructive === true ? (
    <StatusIndicator type="warning" wrapText>
      {told} ({words.destructive})
    </StatusIndicator>
  ) : (
    told
  );
}

/** In AWS one account may have a KMS key of the same name as another. */
function whereOf({ region, arn }: Schemas["PlanStepView"]): string {
  const account = arn == null ? undefined : accountOf(arn);
  if (region == null) return text.shell.none;
  return account === undefined ? region : `${region} (${account})`;
}

function Steps({ plan }: { plan: Plan }) {
  if (plan.steps.length === 0) return <Box>{words.noSteps}</Box>;
  const more = plan.more_steps ?? 0;
  return (
    <Table
      variant="embedded"
      contentDensity="compact"
      wrapLines
      enableKeyboardNavigation
      ariaLabels={{ tableLabel: words.steps }}
      items={plan.steps}
      columnDefinitions={[
        { id: "step", header: words.step, cell: (step) => <Step step={step} />, isRowHeader: true },
        { id: "key", header: words.kmsKeys, cell: (step) => step.kms_key ?? text.shell.none },
        { id: "where", header: words.where, cell: whereOf },
        { id: "call", header: words.call, cell: (step) => step.aws_operation ?? text.shell.none },
      ]}
      footer={more > 0 ? words.moreSteps(more) : undefined}
    />
  );
}

function Consequence({ of }: { of: Schemas["ConsequenceView"] }) {
  const uses = of.last_use ?? [];
  return (
    <li>
      <b>{of.kms_key}</b>
      {of.unusable != null && `: ${of.unusable}`}
      {of.arn != null && (
        <Box variant="code" display="block">
          {of.arn}
        </Box>
      )}
      {uses.map((use) => (
        <div key={use.region}>
          {words.lastUse} ({use.region}): {use.text}
        </div>
      ))}
      {of.rotations_left != null && <div>{words.rotationsLeft(of.rotations_left)}</div>}
    </li>
  );
}

function Consequences({ plan }: { plan: Plan }) {
  const all = plan.consequences ?? [];
  if (all.length === 0) return null;
  const more = plan.more_consequences ?? 0;
  const loses = all.some(({ unusable }) => unusable != null);
  return (
    <Alert type={loses ? "warning" : "info"} header={words.consequences}>
      <ul>
        {all.map((one) => (
          <Consequence key={one.arn ?? one.kms_key} of={one} />
        ))}
        {more > 0 && <li>{words.moreConsequences(more)}</li>}
      </ul>
    </Alert>
  );
}

/** Everything that a plan tells. */
export function PlanView({ plan }: { plan: Plan }) {
  const calls = plan.calls ?? [];
  const refused = plan.refused ?? [];
  return (
    <SpaceBetween size="m">
      {plan.blocked != null && (
        <Alert type="error" header={words.blocked}>
          {reasonOf(plan.blocked.reason, plan.blocked.hint)} [{plan.blocked.code}]
        </Alert>
      )}
      <Consequences plan={plan} />
      {(plan.warnings ?? []).length > 0 && (
        <Alert type="info" header={words.warnings}>
          {plan.warnings?.map((warning) => (
            <div key={warning}>{warning}</div>
          ))}
        </Alert>
      )}
      {refused.length > 0 && (
        <ExpandableSection
          headerText={`${words.refused} (${refused.length})`}
          defaultExpanded={refused.length < 5}
        >
          {refused.map((one) => (
            <div key={`${one.kms_key}/${one.message}`}>
              <b>{one.kms_key}</b>: {reasonOf(one.message, one.hint)}
            </div>
          ))}
        </ExpandableSection>
      )}
      <Steps plan={plan} />
      <KeyValuePairs
        columns={3}
        items={[
          { label: words.duration, value: lasting(plan.seconds ?? 0) },
          { label: words.kmsKeys, value: plan.kms_keys ?? 0 },
          {
            label: words.calls,
            value:
              calls.length === 0 ? (
                text.shell.none
              ) : (
                <ul className="plain">
                  {calls.map((use) => (
                    <li key={`${use.account}/${use.region}/${use.operation}`}>
                      {words.callsOf(use.calls, use.operation, `${use.region} (${use.account})`)}
                    </li>
                  ))}
                </ul>
              ),
          },
        ]}
      />
      {plan.fresh === false && <Box color="text-body-secondary">{words.stale}</Box>}
    </SpaceBetween>
  );
}
