// Everything that is prepared to be taken out.
import { Help } from "../../shell/help";
import { usePage } from "../../shell/page";
import { text } from "../../text";
import { Preparations } from "./preparations";

const words = text.keys.preparations;

export default function PreparationsPage() {
  usePage(
    words.title,
    [{ text: text.keys.title, href: "/keys" }],
    <Help title={words.title} words={["key", "keyVersion", "approval"]}>
      {words.help}
    </Help>,
  );
  return <Preparations />;
}
