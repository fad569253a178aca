// A text file that is read in the browser: chosen or dropped.
import FileUpload from "@cloudscape-design/components/file-upload";
import FormField from "@cloudscape-design/components/form-field";
import { useState, type ReactNode } from "react";

import { text } from "../text";

const words = text.fields.file;

interface Props {
  label: string;
  description?: ReactNode;
  /** Such as `.csv`. */
  accept?: string;
  /** Takes the text; gives what is wrong with it, or nothing. */
  onText: (text: string) => string | undefined;
}

export function FileText({ label, description, accept, onText }: Props) {
  const [files, setFiles] = useState<File[]>([]);
  const [problem, setProblem] = useState<string>();
  const take = async (chosen: File[]) => {
    setFiles(chosen);
    setProblem(undefined);
    const [file] = chosen;
    if (file === undefined) return;
    try {
      setProblem(onText(await file.text()));
    } catch {
      setProblem(words.unreadable);
    }
  };
  return (
    <FormField label={label} description={description}>
      <FileUpload
        value={files}
        onChange={({ detail }) => void take(detail.value)}
        errorText={problem}
        {...(accept === undefined ? {} : { accept })}
        i18nStrings={{
          uploadButtonText: () => words.choose,
          dropzoneText: () => words.drop,
          removeFileAriaLabel: () => words.remove,
          limitShowFewer: words.fewer,
          limitShowMore: words.more,
          errorIconAriaLabel: words.error,
          warningIconAriaLabel: words.warning,
        }}
      />
    </FormField>
  );
}
