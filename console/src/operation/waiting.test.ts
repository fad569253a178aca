import { describe, expect, it } from "vitest";

import { byTurn, missing, summaryOf, turnOf } from "./waiting";

const need = { class: "destructive", approvers: 1, approved: 0, can_approve: ["bob", "carol"] };
const request = { state: "open", ready: false, requester: "ann", needs: [need], decisions: [] };
const decided = { user: "bob", verdict: "approve", comment: "", at: "2026-11-23T12:00:00Z" };

describe("a request", () => {
  it("is mine to decide where a rule still wants my consent", () => {
    expect(turnOf(request, "bob")).toBe("decide");
    expect(turnOf(request, "dave")).toBe("none");
  });
  it("is nobody's to decide who asked for it, or has decided", () => {
    expect(turnOf({ ...request, needs: [{ ...need, can_approve: ["ann"] }] }, "ann")).toBe("none");
    expect(turnOf({ ...request, decisions: [decided] }, "bob")).toBe("none");
  });
  it("is carried out by whoever asked, once enough people agreed", () => {
    const ready = { ...request, ready: true, needs: [{ ...need, approved: 1 }] };
    expect(turnOf(ready, "ann")).toBe("run");
    expect(turnOf(ready, "carol")).toBe("none");
  });
  it("that is over waits for nobody", () => {
    expect(turnOf({ ...request, state: "rejected" }, "bob")).toBe("none");
  });
  it("says which rules still want consent", () => {
    expect(missing({ needs: [need, { ...need, class: "use", approved: 1 }] })).toEqual([need]);
  });
  it("is told by its plan, else by its action", () => {
    expect(summaryOf({ plan: { steps: [], summary: "disable app" } as never, action: "x.y" })).toBe(
      "disable app",
    );
    const steps = ["a", "b", "a", "c", "d"].map((name) => ({ kms_key: name, words: "x" }));
    expect(summaryOf({ plan: { steps, summary: "delete" } as never, action: "x.y" })).toBe(
      "delete: a, b, c, …",
    );
    expect(summaryOf({ plan: { name: "prod" } as never, action: "connection.update" })).toBe(
      "connection.update: prod",
    );
    expect(summaryOf({ plan: {}, action: "approval-rule.manage" })).toBe("approval-rule.manage");
  });
});

describe("requests", () => {
  it("that are mine to decide come first, then mine to carry out, and what is over last", () => {
    const rows = [
      { ...request, id: "over", state: "used" },
      { ...request, id: "others", needs: [{ ...need, can_approve: ["carol"] }] },
      { ...request, id: "mine to run", requester: "bob", ready: true },
      { ...request, id: "mine to decide" },
    ];
    expect(byTurn(rows, "bob").map(({ id }) => id)).toEqual([
      "mine to decide",
      "mine to run",
      "others",
      "over",
    ]);
  });
});
