// Three steps to a KMS key: what it shall be, what will happen, and what is going on.
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Wizard from "@cloudscape-design/components/wizard";
import { useMemo, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import type { Schemas } from "../../api/client";
import { useAll } from "../../api/read";
import type { KeyFile } from "../../fields/key-file";
import { useSpecs } from "../../fields/specs";
import { isPossible, type Operation } from "../../operation/operation";
import { useOperation } from "../../operation/use-operation";
import { OperationBody } from "../../operation/operation-body";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { changeOf, emptyDraft, isFilling, lacksOf, said, type Draft } from "./draft";
import type { Filling } from "./filling";
import { FurtherFields } from "./further-fields";
import { KmsKeyFields } from "./kms-key-fields";
import { Material } from "./material";
import { Summary } from "./summary";

const words = text.upload;
const [KEY, SUMMARY, UPLOAD] = [0, 1, 2];

/** What came of it, and its pages. */
function Made({ answer }: { answer: unknown }) {
  const { kms_keys: made } = answer as Schemas["StartedView"];
  return (
    <Alert type="info" header={words.made}>
      {made.map((one) => (
        <div key={one.id}>
          <Link to={`/kms-keys/${one.id}`}>{one.name}</Link>
          {one.source.key != null && (
            <>
              {" · "}
              <Link to={`/keys/${one.source.key}`}>{words.source}</Link>
            </>
          )}
        </div>
      ))}
    </Alert>
  );
}

/** Whoever comes from a group finds its keystores. */
function isOf(keystore: Schemas["KeystoreView"], group: string | null): boolean {
  return group === null || keystore.group === group;
}

function useFilling(): Filling & { forget: () => void; wantAll: () => boolean } {
  const [params] = useSearchParams();
  const [draft, setDraft] = useState<Draft>(() => ({
    ...emptyDraft(params.get("key")),
    keystore: params.get("keystore") ?? "",
  }));
  const [file, setFile] = useState<KeyFile>();
  const [wantsAll, setWantsAll] = useState(false);
  const allKeystores = useAll("/api/v1/keystores");
  const group = params.get("group");
  const keystores = { ...allKeystores, items: allKeystores.items.filter((one) => isOf(one, group)) };
  const keys = useAll("/api/v1/keys");
  const specs = useSpecs();
  const groups = useAll("/api/v1/groups");
  const lacks = lacksOf(draft, file);
  return {
    draft,
    put: (part) => setDraft((before) => said(before, part)),
    file,
    onFile: setFile,
    lacks: wantsAll ? lacks : [],
    keys,
    specs: specs.items,
    keystores,
    keystore: keystores.items.find(({ id }) => id === draft.keystore),
    groupName: (id) => groups.items.find((group) => group.id === id)?.name ?? id,
    forget: () => setFile(undefined),
    wantAll: () => {
      setWantsAll(lacks.length > 0);
      return lacks.length === 0;
    },
  };
}

export default function UploadPage() {
  usePage(
    words.title,
    [{ text: text.kmsKeys.title, href: "/kms-keys" }],
    <Help title={words.title} words={["key", "kmsKey", "keystore", "import", "plan"]}>
      {words.help}
    </Help>,
  );
  const navigate = useNavigate();
  const { forget, wantAll, ...filling } = useFilling();
  const { draft, file, put } = filling;
  const [step, setStep] = useState(KEY);
  const [made, setMade] = useState<string>();
  const operation = useMemo<Operation | undefined>(() => {
    const change = changeOf(draft, file);
    const name = draft.name.trim();
    return change && { title: words.title, name, change, makes: true };
  }, [draft, file]);
  const running = useOperation(operation, {
    onDone: (answer) => {
      // The file was sent: from now on nothing of it is here.
      forget();
      setMade((answer as Schemas["StartedView"]).kms_keys[0]?.id);
    },
    onAsked: forget,
  });
  const { phase } = running;
  const isOver = phase.at === "done" || phase.at === "asked";
  const mayUpload = phase.at === "planned" && isPossible(phase.preview);

  const upload = () => {
    setStep(UPLOAD);
    void running.carryOut();
  };
  const go = (wanted: number) => {
    if (wanted === SUMMARY && step === KEY) {
      if (!wantAll()) return;
      setStep(SUMMARY);
      void running.preview();
    } else if (wanted === UPLOAD) {
      if (mayUpload) upload();
    } else if (isOver) {
      // Another one: all stays but what is its own.
      running.reset();
      put({ name: "", aliases: [] });
      setStep(KEY);
    } else {
      if (wanted === KEY) running.reset();
      setStep(wanted);
    }
  };
  const end = () => {
    if (phase.at === "planned") upload();
    else void navigate(made === undefined ? "/kms-keys" : `/kms-keys/${made}`);
  };
  const body = (
    <OperationBody
      operation={operation}
      running={running}
      typed=""
      onType={() => undefined}
      result={(answer) => <Made answer={answer} />}
    />
  );
  const submit = phase.at === "planned" ? words.upload : made === undefined ? words.toList : words.openKmsKey;
  return (
    <Wizard
      activeStepIndex={step}
      onNavigate={({ detail }) => go(detail.requestedStepIndex)}
      onCancel={() => {
        // What comes of it is waited for.
        if (phase.at !== "sending") void navigate("/kms-keys");
      }}
      onSubmit={end}
      isLoadingNextStep={phase.at === "planning" || phase.at === "sending"}
      i18nStrings={{
        stepNumberLabel: words.step,
        collapsedStepsLabel: words.steps_,
        navigationAriaLabel: words.navigation,
        cancelButton: isOver ? text.shell.close : text.shell.cancel,
        previousButton: isOver ? words.another : words.previous,
        nextButton: step === SUMMARY ? words.upload : words.next,
        submitButton: submit,
      }}
      steps={[
        {
          title: words.steps.key,
          description: words.stepHelp.key,
          ...(filling.lacks.length > 0
            ? { errorText: words.lacking(filling.lacks.map((lack) => words.lacks[lack])) }
            : {}),
          content: (
            <SpaceBetween size="l">
              <Material {...filling} />
              <KmsKeyFields {...filling} />
              {!isFilling(draft) && <FurtherFields {...filling} />}
            </SpaceBetween>
          ),
        },
        {
          title: words.steps.summary,
          description: words.stepHelp.summary,
          content: (
            <SpaceBetween size="l">
              <Summary {...filling} />
              <Container header={<Header variant="h2">{words.summary.plan}</Header>}>{body}</Container>
            </SpaceBetween>
          ),
        },
        {
          title: words.steps.upload,
          description: words.stepHelp.upload,
          content: <Container>{body}</Container>,
        },
      ]}
    />
  );
}
