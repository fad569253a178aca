// The exact hosts that a firewall lets through.
import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";

import { useRead } from "../../api/read";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";

const words = text.connections.setup;

export function Hosts({ regions, endpoint }: { regions: string[]; endpoint: string }) {
  const { data, error, isFetching } = useRead(
    "/api/v1/connections/hosts",
    { query: { regions: regions.join(","), endpoint } },
    { enabled: regions.length > 0 },
  );
  const hosts = data?.hosts ?? [];
  return (
    <SpaceBetween size="m">
      {error !== null && <ProblemAlert isRead problem={error.problem} />}
      <Table
        variant="embedded"
        contentDensity="compact"
        wrapLines
        loading={isFetching && hosts.length === 0}
        loadingText={text.shell.loading}
        items={hosts}
        trackBy="name"
        ariaLabels={{ tableLabel: words.hosts }}
        empty={<Box>{words.needRegions}</Box>}
        header={
          <Header
            variant="h3"
            description={words.hostsDetail}
            actions={
              hosts.length > 0 ? (
                <CopyToClipboard
                  copyButtonText={text.shell.copy}
                  copyButtonAriaLabel={words.copyHosts}
                  copySuccessText={text.shell.copied}
                  copyErrorText={text.shell.copyFailed}
                  textToCopy={hosts.map(({ name }) => name).join("\n")}
                />
              ) : undefined
            }
          >
            {words.hosts}
          </Header>
        }
        columnDefinitions={[
          { id: "host", header: words.host, cell: ({ name }) => name, isRowHeader: true },
          { id: "for", header: words.whatFor, cell: ({ what_for }) => what_for },
        ]}
      />
    </SpaceBetween>
  );
}
