// What rotates by itself, and when.
import { useAll } from "../../api/read";
import { Help } from "../../shell/help";
import { Link } from "../../shell/link";
import { usePage } from "../../shell/page";
import { ListTable } from "../../table/list-table";
import { text } from "../../text";
import { pageOf, SCHEDULES, type Schedule } from "./schedule-columns";

const words = text.jobs.schedules;

export default function SchedulesPage() {
  usePage(
    words.title,
    [],
    <Help title={words.title} words={["kmsKey", "key", "keyVersion"]}>
      {words.help}
    </Help>,
  );
  const list = useAll("/api/v1/schedules");
  return (
    <ListTable<Schedule>
      name="schedules"
      title={words.title}
      description={words.description}
      things={words.things}
      list={list}
      columns={SCHEDULES}
      idOf={(schedule) => schedule.subject}
      nameOf={(schedule) => schedule.name}
      pageOf={pageOf}
      empty={{
        title: words.empty,
        detail: words.emptyDetail,
        action: <Link to="/kms-keys">{text.shell.pages.kmsKeys}</Link>,
      }}
    />
  );
}
