// Changes a keystore's name, description and Regions.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";

import { useRead } from "../../api/read";
import { RegionChoice } from "../../fields/region-choice";
import { text } from "../../text";
import type { DialogProps } from "./dialog-props";
import { UpdateDialog } from "./update-dialog";

const words = text.keystores;

export function DetailsDialog({ keystore, onClose }: DialogProps) {
  // The dialog keeps its name while the keystore gets another.
  const [title] = useState(() => words.page.editing(keystore.name));
  const [name, setName] = useState(keystore.name);
  const [description, setDescription] = useState(keystore.description);
  const [regions, setRegions] = useState(keystore.regions);
  const { data } = useRead("/api/v1/connections/{connection}", { path: { connection: keystore.connection } });
  const known = (data?.regions ?? keystore.regions).map((region) => ({ region, name: "", in_use: true }));
  const isWhole = name.trim() !== "" && regions.length > 0;
  return (
    <UpdateDialog
      keystore={keystore}
      title={title}
      body={isWhole ? { name: name.trim(), description, regions } : undefined}
      fields={
        <SpaceBetween size="l">
          <FormField label={words.wizard.name} description={words.wizard.nameHelp}>
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          <FormField label={words.wizard.description}>
            <Textarea value={description} rows={2} onChange={({ detail }) => setDescription(detail.value)} />
          </FormField>
          <RegionChoice regions={regions} known={known} onChange={setRegions} />
        </SpaceBetween>
      }
      onClose={onClose}
    />
  );
}
