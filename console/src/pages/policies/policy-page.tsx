// One policy of one's own.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { useRead } from "../../api/read";
import { atMinute } from "../../format/time";
import { Loaded } from "../../notices/loaded";
import { useNotify } from "../../notices/notices";
import { useDialog } from "../../shell/use-dialog";
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { useLeave } from "../../shell/use-leave";
import { text } from "../../text";
import { EditPolicy, RemovePolicy, type Policy } from "./policy-dialogs";

const words = text.policies.policies;

function Actions({ policy }: { policy: Policy }) {
  const [dialog, open] = useDialog();
  const leave = useLeave();
  const notify = useNotify();
  const removed = () => {
    notify({ type: "success", content: words.removed(policy.name) });
    leave("/policies");
  };
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => open((close) => <EditPolicy policy={policy} onClose={close} />)}>
          {text.shell.edit}
        </Button>
        <Button
          onClick={() => open((close) => <RemovePolicy policy={policy} onDone={removed} onClose={close} />)}
        >
          {text.shell.remove}
        </Button>
      </SpaceBetween>
      {dialog}
    </>
  );
}

export default function PolicyPage() {
  const { id = "" } = useParams();
  const policy = useRead("/api/v1/policies/{policy}", { path: { policy: id } });
  usePage(
    id,
    [{ text: words.title, href: "/policies" }],
    <Help title={words.title} words={["group", "approval"]}>
      {words.help}
    </Help>,
  );
  return (
    <Loaded of={policy}>
      {(data) => (
        <SpaceBetween size="l">
          <Header variant="h1" actions={<Actions policy={data} />}>
            {data.name}
          </Header>
          <Container header={<Header variant="h2">{text.users.details}</Header>}>
            <KeyValuePairs
              columns={2}
              items={[
                { label: words.created, value: atMinute(data.created_at) },
                { label: words.revision, value: data.revision },
              ]}
            />
          </Container>
          <Container header={<Header variant="h2">{words.text}</Header>}>
            <div className="code">
              <pre>{data.text}</pre>
            </div>
          </Container>
        </SpaceBetween>
      )}
    </Loaded>
  );
}
