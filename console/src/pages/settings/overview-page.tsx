// Everything that holds for the whole installation, at a glance.
import Cards from "@cloudscape-design/components/cards";
import Header from "@cloudscape-design/components/header";

import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { text } from "../../text";

const words = text.settings;

const CARDS = [
  { ...words.cards.seal, to: "/settings/seal" },
  { ...words.cards.cryptoPolicies, to: "/settings/crypto-policies" },
  { ...words.cards.approvalRules, to: "/approvals/rules" },
  { ...words.cards.usePeriods, to: "/settings/use-periods" },
  { ...words.cards.auditDestinations, to: "/settings/audit-destinations" },
  { ...words.cards.alertDestinations, to: "/alerts/destinations" },
  { ...words.cards.signInProviders, to: "/settings/sign-in-providers" },
  { ...words.cards.proxy, to: "/settings/proxy" },
  { ...words.cards.preparations, to: "/keys/preparations" },
  { ...words.cards.about, to: "/settings/about" },
];

export default function OverviewPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["seal", "approval", "connection"]}>
      {words.help}
    </Help>,
  );
  return (
    <Cards
      header={
        <Header variant="h1" description={words.description}>
          {words.title}
        </Header>
      }
      ariaLabels={{ itemSelectionLabel: (_, { name }) => name, selectionGroupLabel: words.title }}
      items={CARDS}
      trackBy="to"
      cardsPerRow={[{ cards: 1 }, { minWidth: 600, cards: 2 }, { minWidth: 900, cards: 3 }]}
      cardDefinition={{
        header: ({ name, to }) => <Link to={to}>{name}</Link>,
        sections: [{ id: "detail", content: ({ detail }) => detail }],
      }}
    />
  );
}
