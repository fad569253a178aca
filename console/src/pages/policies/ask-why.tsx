// Why may somebody do something, or why not?
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { forget } from "../../api/live";
import { useRead } from "../../api/read";
import { Loaded } from "../../notices/loaded";
import { isComplete, LabelledField, type Choices, type Fields, type Said } from "../../operation/fields";
import { text } from "../../text";

const words = text.policies.whoCan;
/** Whoever asks again wants to know how it is now. */
const ANSWERS = ["/api/v1/authorization"];

interface Question {
  user: string;
  action: string;
  group?: string;
  object?: string;
}

function Told({ why }: { why: Schemas["WhyView"] }) {
  const list = (of: readonly string[]) => of.join(", ") || words.nothing;
  return (
    <SpaceBetween size="m">
      <Alert type={why.allowed ? "success" : "warning"} header={why.allowed ? words.allowed : words.denied}>
        {why.reason}
      </Alert>
      <KeyValuePairs
        columns={3}
        items={[
          { label: words.decides, value: list(why.by) },
          { label: words.has, value: list(why.has) },
          { label: words.would, value: list(why.would) },
          ...(why.errors.length === 0 ? [] : [{ label: words.errors, value: list(why.errors) }]),
        ]}
      />
    </SpaceBetween>
  );
}

function Answer({ question }: { question: Question }) {
  const why = useRead("/api/v1/authorization/why", { query: question });
  return <Loaded of={why}>{(data) => <Told why={data} />}</Loaded>;
}

interface Props {
  actions: Choices;
  groups: Choices;
}

function useFields({ actions, groups }: Props, hasObject: boolean): Fields {
  const users = useRead("/api/v1/users");
  const applications = useRead("/api/v1/applications");
  const holders = [
    ...(users.data?.items ?? []).map(({ name }) => ({ value: name })),
    ...(applications.data?.items ?? []).map(({ name }) => ({ value: `application/${name}` })),
  ];
  return {
    // Whoever may not look at people has to know the name.
    user:
      users.error === null
        ? { kind: "choice", label: words.user, choices: holders, of: [users, applications] }
        : { label: words.user, description: text.users.fields.holderHelp },
    action: { kind: "choice", label: words.action, ...actions },
    // An object tells its group.
    group: { kind: "choice", label: words.group, ...groups, optional: hasObject },
    object: { label: words.object, description: words.objectHelp, optional: true },
  };
}

export function AskWhy(props: Props) {
  const [said, say] = useState<Said>({ user: "", action: "", group: "", object: "" });
  const fields = useFields(props, said.object !== "");
  const [asked, ask] = useState<Question>();
  const { user, action, group, object } = said as Record<keyof Question, string>;
  const queries = useQueryClient();
  const put = () => {
    forget(queries, ANSWERS);
    ask({ user, action, ...(object === "" ? { group } : { object }) });
  };
  return (
    <Container header={<Header variant="h2">{words.why}</Header>}>
      <SpaceBetween size="m">
        {Object.entries(fields).map(([name, field]) => (
          <LabelledField
            key={name}
            field={field}
            value={said[name] ?? ""}
            onSay={(value) => say((before) => ({ ...before, [name]: value }))}
          />
        ))}
        <Button disabled={!isComplete(fields, said)} onClick={put}>
          {words.ask}
        </Button>
        {asked !== undefined && <Answer question={asked} />}
      </SpaceBetween>
    </Container>
  );
}
