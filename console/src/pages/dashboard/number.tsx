// One figure: how many, of what, and the list behind it.
import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";

import { Link } from "../../shell/link";
import { text } from "../../text";
import { isHidden, type Read } from "./part";

interface Props {
  label: string;
  count: number;
  to: string;
  of: Read;
  /** What it means that there are some. */
  tone?: "error" | "warning";
  /** More about them, in a few words. */
  note?: string | undefined;
}

function Value({ label, count, to, of }: Props) {
  if (of.isPending) return <Spinner />;
  if (of.error !== null) {
    return <StatusIndicator type="warning">{text.dashboard.unread}</StatusIndicator>;
  }
  const shown = of.isPartial ? text.dashboard.atLeast(count) : String(count);
  return (
    <Link to={to} fontSize="display-l" ariaLabel={text.dashboard.figure(label, shown)}>
      {shown}
    </Link>
  );
}

/** Not there for whoever may not see it. */
export function Number(props: Props) {
  const { label, count, of, tone, note } = props;
  if (isHidden(of)) return null;
  const isBad = tone !== undefined && count > 0 && of.error === null;
  return (
    <div>
      <Box variant="awsui-key-label">
        {isBad ? <StatusIndicator type={tone}>{label}</StatusIndicator> : label}
      </Box>
      <Value {...props} />
      {note !== undefined && count > 0 && (
        <Box fontSize="body-s" color="text-body-secondary">
          {note}
        </Box>
      )}
    </div>
  );
}
