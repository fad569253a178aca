// Where AWS differs from what is wanted, and what would be done about it.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { change, send } from "../../../api/change";
import { asProblem } from "../../../api/client";
import { ProblemAlert } from "../../../notices/problem-alert";
import { isPlan } from "../../../operation/operation";
import { PlanView } from "../../../operation/plan-view";
import { text } from "../../../text";
import { AlertsTable } from "./alerts-table";
import { DifferencesTable } from "./differences-table";
import { synchronize } from "../operations/synchronize";
import type { KmsKey, Tab } from "./kms-key";

const words = text.kmsKey.plan;

/** What synchronizing would do now: AWS is looked at for it, and nothing is changed. */
function usePlan({ id, revision }: KmsKey) {
  const template = "/api/v1/kms-keys/{kms_key}/synchronize";
  return useQuery({
    // AWS is asked again when something of this KMS key has changed, not whenever a job ends.
    queryKey: ["plan of synchronizing", id, revision],
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    queryFn: async ({ signal }) => {
      const trial = change("post", template, {
        path: { kms_key: id },
        body: { update_policy: true, import_material: true, delete_material: false },
      });
      return (await send(trial, { dryRun: true, signal })).data;
    },
  });
}

function Would({ kmsKey }: Tab) {
  const [open, setOpen] = useState(false);
  const { data, error, isFetching, refetch } = usePlan(kmsKey);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.wouldDetail}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel={text.shell.refresh}
                loading={isFetching}
                onClick={() => void refetch()}
              />
              <Button onClick={() => setOpen(true)}>{words.synchronize}</Button>
            </SpaceBetween>
          }
        >
          {words.would}
        </Header>
      }
    >
      {data === undefined && error === null && (
        <>
          <Spinner /> {words.planning}
        </>
      )}
      {error !== null && <ProblemAlert problem={asProblem(error)} />}
      {error === null && isPlan(data) && <PlanView plan={data} />}
      {open && <synchronize.One kmsKey={kmsKey} onClose={() => setOpen(false)} />}
    </Container>
  );
}

export function PlanTab({ kmsKey }: Tab) {
  return (
    <SpaceBetween size="l">
      <DifferencesTable kmsKey={kmsKey} />
      <Would kmsKey={kmsKey} />
      <AlertsTable kmsKey={kmsKey} />
    </SpaceBetween>
  );
}
