// Under which public key something is expected to be wrapped, when it is taken.
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState, type ReactNode } from "react";

import { text } from "../../text";
import { isSha256 } from "./public-key";

const words = text.keys.download;

interface Expected {
  /** As it was typed, else as it was shown first; undefined where neither is there, or makes sense. */
  sha256: string | undefined;
  /** Nothing was shown. */
  isUnseen: boolean;
  field: ReactNode;
}

/** What was shown when it was opened counts, whatever is prepared meanwhile. */
export function useExpected(shown: string | undefined): Expected {
  const [expected, setExpected] = useState("");
  const [seen, setSeen] = useState(shown);
  if (seen === undefined && shown !== undefined) setSeen(shown);
  const typed = expected.trim();
  const isRight = isSha256(typed);
  const sha256 = typed === "" ? seen : typed.toLowerCase();
  const field = (
    <FormField
      label={words.expected}
      description={words.expectedHelp}
      errorText={isRight ? undefined : words.notSha256}
      stretch
    >
      <Input value={expected} onChange={({ detail }) => setExpected(detail.value)} autoComplete={false} />
    </FormField>
  );
  return { sha256: isRight ? sha256 : undefined, isUnseen: seen === undefined, field };
}
