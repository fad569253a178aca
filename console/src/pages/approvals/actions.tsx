// What can be done with a request: others decide, whoever asked takes it back or has it carried out.
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo, useState } from "react";

import { change } from "../../api/change";
import type { Approval, Operation } from "../../operation/operation";
import { OperationDialog } from "../../operation/operation-dialog";
import { useMe } from "../../session/session";
import { text } from "../../text";
import { saveOnce, shownOnce } from "./answered-once";
import { Decide, type Verdict } from "./decide";
import { Would } from "./frozen";
import { isArchive } from "./once";
import { summaryOf, turnOf } from "../../operation/waiting";

const words = text.approvals;
/** What is carried out may change anything. */
const EVERYTHING = ["/api/v1/"];

function cancelling(request: Approval): Operation {
  return {
    title: words.cancelOf(summaryOf(request)),
    name: summaryOf(request),
    change: change("post", "/api/v1/approvals/{approval}/cancel", { path: { approval: request.id } }),
  };
}

function running(request: Approval): Operation {
  return {
    title: words.runOf(summaryOf(request)),
    name: summaryOf(request),
    change: change("post", "/api/v1/approvals/{approval}/run", {
      path: { approval: request.id },
      file: isArchive(request),
    }),
    untried: true,
    touches: EVERYTHING,
  };
}

type Act = Verdict | "cancel" | "run";

function Own({ request, act, onClose }: { request: Approval; act: "cancel" | "run"; onClose: () => void }) {
  // What was looked at is what is carried out, whatever is read meanwhile.
  const [seen] = useState(request);
  const [operation] = useState(() => (act === "run" ? running(request) : cancelling(request)));
  return (
    <OperationDialog
      operation={operation}
      render={() => (act === "run" ? <Would plan={request.plan} /> : words.cancelDetail)}
      result={(answer) => (act === "run" ? shownOnce(seen, answer) : undefined)}
      onDone={(answer) => act === "run" && saveOnce(seen, answer)}
      onClose={onClose}
    />
  );
}

export function RequestActions({ request }: { request: Approval }) {
  const { name: me } = useMe();
  const [act, setAct] = useState<Act>();
  const turn = useMemo(() => turnOf(request, me), [request, me]);
  const isMine = request.requester === me;
  const isOpen = request.state === "open";
  const close = () => setAct(undefined);
  return (
    <>
      <SpaceBetween direction="horizontal" size="xs">
        {isMine && isOpen && <Button onClick={() => setAct("cancel")}>{words.cancel}</Button>}
        {isMine && isOpen && (
          <Button variant="primary" disabled={turn !== "run"} onClick={() => setAct("run")}>
            {words.run}
          </Button>
        )}
        {turn === "decide" && <Button onClick={() => setAct("reject")}>{words.verbs.reject}</Button>}
        {turn === "decide" && (
          <Button variant="primary" onClick={() => setAct("approve")}>
            {words.verbs.approve}
          </Button>
        )}
      </SpaceBetween>
      {(act === "approve" || act === "reject") && <Decide request={request} verdict={act} onClose={close} />}
      {(act === "cancel" || act === "run") && <Own request={request} act={act} onClose={close} />}
    </>
  );
}
