// Whose material KMS keys have.
import PieChart from "@cloudscape-design/components/pie-chart";

import { Link } from "../../shell/link";
import { text } from "../../text";
import { bySource } from "./figures";
import { useKmsKeys } from "./lists";
import { Part } from "./part";

const words = text.dashboard.source;

export function SourcePart() {
  const keys = useKmsKeys();
  const figures = bySource(keys.items);
  const told = figures.map(({ name, count }) =>
    text.dashboard.figure(words.names[name] ?? name, String(count)),
  );
  return (
    <Part title={words.title} of={keys}>
      <PieChart
        data={figures.map(({ name, count }) => ({ title: words.names[name] ?? name, value: count }))}
        variant="donut"
        size="small"
        hideFilter
        hideLegend
        hideTitles
        hideDescriptions
        innerMetricValue={String(keys.items.length)}
        innerMetricDescription={words.metric}
        ariaLabel={words.title}
        ariaDescription={told.join(", ")}
        empty={words.none}
      />
      <ul className="figures">
        {figures.map(({ name, count, to }) => (
          <li key={name}>
            <span>{words.names[name] ?? name}</span>
            <Link to={to} ariaLabel={text.dashboard.figure(words.names[name] ?? name, String(count))}>
              {count}
            </Link>
          </li>
        ))}
      </ul>
    </Part>
  );
}
