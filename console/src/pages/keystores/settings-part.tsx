// Template, rotation and policies of a keystore.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";

import type { Line } from "../../fields/changes";
import { RotationRule } from "../../fields/rotation-rule";
import { text } from "../../text";
import type { Keystore } from "./keystore";
import { policyLines } from "./policy-fields";
import { PoliciesDialog, RotationDialog, TemplateDialog } from "./settings-dialogs";
import { templateLines } from "./template";

const words = text.keystores;
const DIALOGS = { template: TemplateDialog, rotation: RotationDialog, policies: PoliciesDialog };

interface PartProps {
  title: string;
  description?: string;
  edit: string;
  onEdit: () => void;
  children: ReactNode;
}

function Part({ title, description, edit, onEdit, children }: PartProps) {
  return (
    <Container
      header={
        <Header variant="h2" description={description} actions={<Button onClick={onEdit}>{edit}</Button>}>
          {title}
        </Header>
      }
    >
      {children}
    </Container>
  );
}

function Lines({ lines }: { lines: Line[] }) {
  return (
    <KeyValuePairs
      columns={3}
      items={lines.map(([label, value]) => ({ label, value: value || text.shell.none }))}
    />
  );
}

export function SettingsPart({ keystore }: { keystore: Keystore }) {
  const [open, setOpen] = useState<keyof typeof DIALOGS>();
  const Dialog = open === undefined ? undefined : DIALOGS[open];
  const { template, rotation, policies } = words;
  return (
    <SpaceBetween size="l">
      <Part
        title={template.title}
        description={template.detail}
        edit={template.edit}
        onEdit={() => setOpen("template")}
      >
        <Lines lines={templateLines(keystore.template)} />
      </Part>
      <Part
        title={rotation.title}
        description={rotation.detail}
        edit={rotation.edit}
        onEdit={() => setOpen("rotation")}
      >
        <RotationRule rotation={keystore.template.rotation} />
      </Part>
      <Part title={policies.title} edit={policies.edit} onEdit={() => setOpen("policies")}>
        <Lines lines={policyLines(keystore)} />
      </Part>
      {Dialog !== undefined && <Dialog keystore={keystore} onClose={() => setOpen(undefined)} />}
    </SpaceBetween>
  );
}
