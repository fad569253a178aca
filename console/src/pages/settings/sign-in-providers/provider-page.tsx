// One sign-in provider: what it is registered as, whether it answers, which roles its claims give.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useParams } from "react-router";

import { useRevised, type Revised } from "../../../api/read";
import { atMinute } from "../../../format/time";
import { Loaded } from "../../../notices/loaded";
import { useNotify } from "../../../notices/notices";
import { Copyable } from "../../../operation/secret-once";
import { useDialog } from "../../../shell/use-dialog";
import { Help } from "../../../shell/help";
import { usePage } from "../../../shell/page";
import { useLeave } from "../../../shell/use-leave";
import { text } from "../../../text";
import { EditProvider, RemoveProvider, type Provider } from "./dialogs";
import { Rules } from "./rules";
import { TestProvider } from "./test-provider";

const words = text.signInProviders;

function Actions({ provider }: { provider: Revised<Provider> }) {
  const [dialog, open] = useDialog();
  const leave = useLeave();
  const notify = useNotify();
  const removed = () => {
    notify({ type: "success", content: words.removed(provider.name) });
    leave("/settings/sign-in-providers");
  };
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        <Button onClick={() => open((close) => <EditProvider provider={provider} onClose={close} />)}>
          {text.shell.edit}
        </Button>
        <Button
          onClick={() =>
            open((close) => <RemoveProvider provider={provider} onDone={removed} onClose={close} />)
          }
        >
          {text.shell.remove}
        </Button>
      </SpaceBetween>
      {dialog}
    </>
  );
}

function Details({ provider }: { provider: Provider }) {
  return (
    <Container header={<Header variant="h2">{text.users.details}</Header>}>
      <SpaceBetween size="l">
        <Copyable label={words.redirect} value={provider.redirect_uri} />
        <KeyValuePairs
          columns={3}
          items={[
            { label: words.issuer, value: provider.issuer },
            { label: words.clientId, value: provider.client_id },
            { label: words.hasSecret, value: provider.has_secret ? words.kept : words.noSecret },
            { label: words.publicUrl, value: provider.public_url },
            { label: words.nameClaim, value: provider.name_claim },
            { label: words.scopes, value: provider.scopes.join(" ") },
            { label: words.provisioning, value: words[provider.provisioning] },
            { label: words.ca, value: provider.ca_bundle == null ? words.ofServer : words.ofItsOwn },
            { label: words.created, value: atMinute(provider.created_at) },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

export default function ProviderPage() {
  const { id = "" } = useParams();
  const provider = useRevised("/api/v1/sign-in-providers/{provider}", { path: { provider: id } });
  usePage(
    id,
    [
      { text: text.shell.pages.settings, href: "/settings" },
      { text: words.title, href: "/settings/sign-in-providers" },
    ],
    <Help title={words.title} words={["group", "seal"]}>
      {words.help}
    </Help>,
  );
  return (
    <Loaded of={provider}>
      {(data) => (
        <SpaceBetween size="l">
          <Header variant="h1" actions={<Actions provider={data} />}>
            {data.name}
          </Header>
          <Details provider={data} />
          <TestProvider provider={data.name} />
          <Rules provider={data.name} />
        </SpaceBetween>
      )}
    </Loaded>
  );
}
