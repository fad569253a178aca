// Key users and administrators, as the policy tells them, and how to change them.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { useState } from "react";

import { text } from "../../../text";
import { AccessDialog } from "./access-dialog";
import { AccessFacts } from "./access-facts";
import type { Tab } from "./kms-key";

const words = text.kmsKey.policy;

export function AccessSection({ kmsKey }: Tab) {
  const [open, setOpen] = useState(false);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={words.accessDetail}
          actions={<Button onClick={() => setOpen(true)}>{words.change}</Button>}
        >
          {words.access}
        </Header>
      }
    >
      <AccessFacts access={kmsKey.access} />
      {open && <AccessDialog kmsKey={kmsKey} onClose={() => setOpen(false)} />}
    </Container>
  );
}
