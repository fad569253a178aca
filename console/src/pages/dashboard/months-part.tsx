// What comes in each of the next twelve months, as bars, and as a list that leads on.
import BarChart from "@cloudscape-design/components/bar-chart";
import Box from "@cloudscape-design/components/box";
import ExpandableSection from "@cloudscape-design/components/expandable-section";

import { Link } from "../../shell/link";
import { text } from "../../text";
import { expiries, inMonth, perMonth, type Month } from "./figures";
import { useKmsKeys, useSchedules } from "./lists";
import { Part, type Read } from "./part";

const words = text.dashboard.months;
const HEIGHT = 180;

const short = new Intl.DateTimeFormat("en-GB", { month: "short" });
const long = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" });

/** January says its year. */
function nameOf({ from }: Month): string {
  return from.getMonth() === 0 ? `${short.format(from)} ${from.getFullYear()}` : short.format(from);
}

interface Props {
  title: string;
  none: string;
  months: Month[];
  /** The list behind it, and its column of times. */
  list: string;
  column: string;
  of: Read;
}

function Bars({ title, months }: Pick<Props, "title" | "months">) {
  const most = Math.max(...months.map(({ count }) => count));
  return (
    <BarChart
      series={[{ type: "bar", title, data: months.map((month) => ({ x: nameOf(month), y: month.count })) }]}
      xDomain={months.map(nameOf)}
      yDomain={[0, most]}
      height={HEIGHT}
      hideFilter
      hideLegend
      ariaLabel={title}
      ariaDescription={words.described(months.reduce((sum, { count }) => sum + count, 0))}
      yTickFormatter={(value) => (Number.isInteger(value) ? String(value) : "")}
    />
  );
}

function Months({ title, none, months, list, column, of }: Props) {
  const some = months.filter(({ count }) => count > 0);
  if (some.length === 0) {
    return (
      <Part title={title} of={of}>
        <Box color="text-body-secondary">{none}</Box>
      </Part>
    );
  }
  return (
    <Part title={title} of={of}>
      <Bars title={title} months={months} />
      <ExpandableSection headerText={words.asList}>
        <ul className="figures">
          {some.map((month) => (
            <li key={month.until.toISOString()}>
              <span>{long.format(month.from)}</span>
              <Link
                to={inMonth(list, column, month)}
                ariaLabel={text.dashboard.figure(long.format(month.from), String(month.count))}
              >
                {month.count}
              </Link>
            </li>
          ))}
        </ul>
      </ExpandableSection>
    </Part>
  );
}

export function ExpiryPart({ now }: { now: number }) {
  const keys = useKmsKeys();
  return (
    <Months
      title={words.expiry}
      none={words.noExpiry}
      months={perMonth(expiries(keys.items), now)}
      list="/kms-keys"
      column="expires"
      of={keys}
    />
  );
}

export function RotationPart({ now }: { now: number }) {
  const schedules = useSchedules();
  return (
    <Months
      title={words.rotation}
      none={words.noRotation}
      months={perMonth(
        schedules.items.map(({ rule }) => rule.next),
        now,
      )}
      list="/schedules"
      column="next"
      of={schedules}
    />
  );
}
