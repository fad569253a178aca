// Rules, and the operations on them.
import { change } from "../../api/change";
import type { Schemas } from "../../api/client";
import type { Operation } from "../../operation/operation";
import { removal } from "../../operation/removal";
import { text } from "../../text";

export type Rule = Schemas["ApprovalRuleView"];

const words = text.approvals.rules;
const TOUCHES = ["/api/v1/approval-rules"];

/** Such as `destructive in prod`. */
export function nameOf(rule: Pick<Rule, "class" | "group_name">): string {
  return rule.group_name == null ? rule.class : words.inGroup(rule.class, rule.group_name);
}

export function removalOf(rule: Rule): Operation {
  return removal({
    title: words.removeOf(nameOf(rule)),
    // Rules of one class stand in several groups: what is typed says whose it is.
    name: rule.group_name ?? words.ofInstallation,
    change: change("delete", "/api/v1/approval-rules/{class}", {
      path: { class: rule.class },
      query: rule.group == null ? {} : { group: rule.group },
    }),
    touches: TOUCHES,
  });
}

/** What is typed into the form. */
export interface Fields {
  class: string;
  /** Its id; empty for the installation. */
  group: string;
  approvers: string;
  hours: string;
}

function isWhole(typed: string): boolean {
  return /^\d+$/.test(typed.trim());
}

/** Setting what the form says; nothing as long as it makes no sense. What is too much, the server says. */
export function setting(fields: Fields): Operation | undefined {
  if (!isWhole(fields.approvers) || (fields.hours.trim() !== "" && !isWhole(fields.hours))) return undefined;
  return {
    title: words.setOf(fields.class),
    name: fields.class,
    change: change("post", "/api/v1/approval-rules", {
      body: {
        class: fields.class,
        approvers: Number(fields.approvers),
        ...(fields.group === "" ? {} : { group: fields.group }),
        ...(fields.hours.trim() === "" ? {} : { hours: Number(fields.hours) }),
      },
    }),
    touches: TOUCHES,
  };
}
