// Where one is signed in oneself.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useQueryClient } from "@tanstack/react-query";

import { change, send } from "../../api/change";
import { asProblem, Refused, type Problem } from "../../api/client";
import { forget } from "../../api/live";
import { useAll } from "../../api/read";
import { ProblemAlert } from "../../notices/problem-alert";
import { useSending } from "../../notices/use-sending";
import { useDialog } from "../../shell/use-dialog";
import { useMe } from "../../session/session";
import { Dialog } from "../../shell/dialog";
import { text } from "../../text";
import { Sessions, type SessionRow } from "../../access/sessions";

const words = text.users.sessions;
const TOUCHES = ["/api/v1/me/sessions"];
const NOT_FOUND = 404;

const end = ({ id }: SessionRow) =>
  change("delete", "/api/v1/me/sessions/{session}", { path: { session: id } });

/** Ends all but this one, one after the other: the one request for all would end this one too. */
function EndOthers({ others, onClose }: { others: SessionRow[]; onClose: () => void }) {
  const queries = useQueryClient();
  const { sending, problem, send: start } = useSending();
  const endAll = async () => {
    const refused: Problem[] = [];
    for (const other of others) {
      const problem = await send(end(other)).then(() => undefined, asProblem);
      // Whatever ended it meanwhile: it has ended.
      if (problem !== undefined && problem.status !== NOT_FOUND) refused.push(problem);
    }
    forget(queries, TOUCHES);
    const [first] = refused;
    if (first !== undefined) {
      const causes = [...new Set(refused.map(({ detail }) => detail))];
      throw new Refused({ ...first, detail: words.stay(refused.length), causes });
    }
    onClose();
  };
  return (
    <Dialog
      title={words.endOthers}
      onClose={onClose}
      actions={
        <>
          <Button variant="link" onClick={onClose}>
            {text.shell.cancel}
          </Button>
          <Button variant="primary" loading={sending} onClick={() => void start(endAll)}>
            {text.operation.carryOut}
          </Button>
        </>
      }
    >
      <SpaceBetween size="m">
        {words.ending(others.length)}
        {problem !== undefined && <ProblemAlert problem={problem} />}
      </SpaceBetween>
    </Dialog>
  );
}

export function OwnSessions() {
  const me = useMe();
  const list = useAll("/api/v1/me/sessions");
  const [dialog, open] = useDialog();
  const others = list.items.filter(({ is_this }) => !is_this);
  return (
    <>
      <Sessions
        list={list}
        name={me.name}
        touches={TOUCHES}
        end={end}
        more={
          <Button
            disabled={others.length === 0}
            onClick={() => open((close) => <EndOthers others={others} onClose={close} />)}
          >
            {words.endOthers}
          </Button>
        }
      />
      {dialog}
    </>
  );
}
