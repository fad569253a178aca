// Opens the vault with a passphrase, which is forgotten at once.
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { change, send } from "../../../api/change";
import { asProblem, type Problem } from "../../../api/client";
import { forget } from "../../../api/live";
import { ProblemAlert } from "../../../notices/problem-alert";
import { useNotify } from "../../../notices/notices";
import { text } from "../../../text";

const words = text.settings.seal;

export function Unseal() {
  const queries = useQueryClient();
  const notify = useNotify();
  const [passphrase, setPassphrase] = useState("");
  const [working, setWorking] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const open = async () => {
    setWorking(true);
    setProblem(undefined);
    try {
      await send(change("post", "/api/v1/seal/unseal", { body: { passphrase } }));
      notify({ type: "success", content: words.done });
      forget(queries, ["/api/v1", "/readyz"]);
    } catch (error) {
      setProblem(asProblem(error));
    }
    setPassphrase("");
    setWorking(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void open();
      }}
    >
      <SpaceBetween size="m">
        {problem !== undefined && <ProblemAlert problem={problem} />}
        <FormField label={words.passphrase} description={words.passphraseHelp}>
          <Input
            type="password"
            value={passphrase}
            autoComplete="off"
            onChange={({ detail }) => setPassphrase(detail.value)}
          />
        </FormField>
        <Button variant="primary" loading={working} disabled={passphrase === ""}>
          {words.unseal}
        </Button>
      </SpaceBetween>
    </form>
  );
}
