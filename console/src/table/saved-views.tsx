// Views of a list under names, kept in this browser.
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";

import { Dialog } from "../shell/dialog";
import { text } from "../text";
import type { View } from "./kept";

const words = text.table.views;
const SAVE = "save";

interface Props {
  views: View[];
  current: Omit<View, "name">;
  onUse: (view: View) => void;
  onKeep: (views: View[]) => void;
}

export function SavedViews({ views, current, onUse, onKeep }: Props) {
  const [name, setName] = useState<string>();
  const save = () => {
    const trimmed = name?.trim() ?? "";
    if (trimmed === "") return;
    onKeep([...views.filter((view) => view.name !== trimmed), { name: trimmed, ...current }]);
    setName(undefined);
  };
  const uses = views.map((view) => ({ id: `use/${view.name}`, text: view.name }));
  const removals = views.map((view) => ({ id: `remove/${view.name}`, text: view.name }));
  const follow = (id: string) => {
    if (id === SAVE) {
      setName("");
      return;
    }
    const [what, wanted] = [id.slice(0, id.indexOf("/")), id.slice(id.indexOf("/") + 1)];
    if (what === "remove") {
      onKeep(views.filter((view) => view.name !== wanted));
      return;
    }
    const view = views.find((one) => one.name === wanted);
    if (view !== undefined) onUse(view);
  };
  return (
    <>
      <ButtonDropdown
        onItemClick={({ detail }) => follow(detail.id)}
        items={[
          ...uses,
          { id: SAVE, text: words.save },
          ...(removals.length === 0 ? [] : [{ id: "removals", text: words.remove, items: removals }]),
        ]}
        expandableGroups
        expandToViewport
      >
        {words.label}
      </ButtonDropdown>
      {name !== undefined && (
        <Dialog
          title={words.save}
          onClose={() => setName(undefined)}
          onEnter={save}
          actions={
            <>
              <Button variant="link" onClick={() => setName(undefined)}>
                {text.shell.cancel}
              </Button>
              <Button variant="primary" disabled={name.trim() === ""} onClick={save}>
                {text.shell.save}
              </Button>
            </>
          }
        >
          <FormField label={words.name} description={words.nameHelp}>
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
        </Dialog>
      )}
    </>
  );
}
