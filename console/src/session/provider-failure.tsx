// What a provider's sign-in came back with, where it failed: the server sends browsers here with its code.
import Alert from "@cloudscape-design/components/alert";
import { useSearchParams } from "react-router";

import { text } from "../text";

const failures: Record<string, string> = text.session.failures;

export function ProviderFailure() {
  const [query, setQuery] = useSearchParams();
  const code = query.get("error");
  if (code === null) return null;
  const known = Object.hasOwn(failures, code) ? failures[code] : undefined;
  return (
    <div role="alert">
      <Alert
        type="error"
        dismissible
        i18nStrings={{ dismissAriaLabel: text.shell.dismiss }}
        onDismiss={() => setQuery({})}
        header={text.session.providerFailed}
      >
        {known === undefined ? text.session.failedOtherwise : `${known} [${code}]`}
      </Alert>
    </div>
  );
}
