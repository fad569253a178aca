// The help of a page: a few sentences, and the words that it uses.
import Box from "@cloudscape-design/components/box";
import HelpPanel from "@cloudscape-design/components/help-panel";
import type { ReactNode } from "react";

import { glossary, type Word } from "../text/en/glossary";
import { text } from "../text";

export function Help({ title, words, children }: { title: string; words: Word[]; children: ReactNode }) {
  return (
    <HelpPanel header={<h2>{title}</h2>}>
      {children}
      <h3>{text.shell.words}</h3>
      <dl>
        {words.map((word) => (
          <div key={word}>
            <dt>{glossary[word].name}</dt>
            <dd>
              <Box variant="p">{glossary[word].meaning}</Box>
            </dd>
          </div>
        ))}
      </dl>
      <Box variant="small">{text.shell.guide}</Box>
    </HelpPanel>
  );
}
