// All jobs, as they go on.
import { useLive, type Job } from "../../api/live";
import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { JobActions } from "./actions";
import { COLUMNS } from "./columns";

const words = text.jobs;
const ASK_EVERY = 5_000;

export default function ListPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["job", "plan", "lane"]}>
      {words.help}
    </Help>,
  );
  const live = useLive();
  const list = useAll("/api/v1/jobs", {}, live ? {} : { every: ASK_EVERY });
  return (
    <ListTable<Job>
      name="jobs"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={COLUMNS}
      idOf={(job) => job.id}
      nameOf={(job) => job.title}
      pageOf={(job) => `/jobs/${job.id}`}
      selection="single"
      empty={{
        title: words.empty,
        detail: words.emptyDetail,
        action: <Link to="/kms-keys">{text.shell.pages.kmsKeys}</Link>,
      }}
      // What is selected may have gone on since.
      actions={([chosen]) => <JobActions job={list.items.find(({ id }) => id === chosen?.id)} />}
    />
  );
}
