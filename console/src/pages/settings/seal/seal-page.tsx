// The seal: whether the vault is open, and how to seal and open it.
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { change } from "../../../api/change";
import { forget } from "../../../api/live";
import { useRead } from "../../../api/read";
import { Loaded } from "../../../notices/loaded";
import { useNotify } from "../../../notices/notices";
import type { Operation } from "../../../operation/operation";
import { OperationDialog } from "../../../operation/operation-dialog";
import { UnsealForm } from "../../../session/unseal-form";
import { Help } from "../../../shell/help";
import { text } from "../../../text";
import { useSettingsPage } from "../settings-page";

const words = text.settings.seal;

const SEAL: Operation = {
  title: words.sealTitle,
  name: "",
  untried: true,
  change: change("post", "/api/v1/seal/seal", {}),
  touches: ["/api/v1/seal", "/readyz"],
};

export default function SealPage() {
  useSettingsPage(
    words.title,
    <Help title={words.title} words={["seal", "job"]}>
      {words.help}
    </Help>,
  );
  const seal = useRead("/api/v1/seal");
  const [sealing, setSealing] = useState(false);
  const queries = useQueryClient();
  const notify = useNotify();
  const opened = () => {
    notify({ type: "success", content: words.done });
    forget(queries, ["/api/v1", "/readyz"]);
  };
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={words.description}>
          {words.title}
        </Header>
      }
    >
      <Loaded of={seal}>
        {({ sealed, initialized }) => (
          <Container
            header={
              <Header
                variant="h2"
                actions={
                  <Button disabled={sealed} onClick={() => setSealing(true)}>
                    {words.seal}
                  </Button>
                }
              >
                {words.status}
              </Header>
            }
          >
            <SpaceBetween size="l">
              {!initialized && <Alert type="warning">{words.notInitialized}</Alert>}
              <KeyValuePairs
                items={[
                  {
                    label: words.vault,
                    value: (
                      <StatusIndicator type={sealed ? "warning" : "success"}>
                        {sealed ? words.sealed : words.open}
                      </StatusIndicator>
                    ),
                  },
                ]}
              />
              {sealed && (
                <UnsealForm submit={words.unseal} description={words.passphraseHelp} onOpened={opened} />
              )}
            </SpaceBetween>
          </Container>
        )}
      </Loaded>
      {sealing && (
        <OperationDialog
          operation={SEAL}
          render={() => <Alert type="warning">{words.sealDetail}</Alert>}
          onClose={() => setSealing(false)}
        />
      )}
    </ContentLayout>
  );
}
