// An address without a page.
import Alert from "@cloudscape-design/components/alert";

import { text } from "../text";
import { Link } from "./link";
import { usePage } from "./page";

const words = text.shell.notFound;

export function NotFound() {
  usePage(words.title, [], null);
  return (
    <Alert type="info" header={words.title}>
      {words.detail} <Link to="/">{text.shell.pages.dashboard}</Link>
    </Alert>
  );
}
