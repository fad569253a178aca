// Whether a person is let in.
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";

import type { Schemas } from "../../api/client";
import { text } from "../../text";

export type User = Schemas["UserView"];

const KIND: Record<User["state"], StatusIndicatorProps.Type> = {
  active: "success",
  locked: "stopped",
  offboarded: "stopped",
};

export function PersonState({ user }: { user: User }) {
  return <StatusIndicator type={KIND[user.state]}>{text.users.states[user.state]}</StatusIndicator>;
}

/** How somebody signs in. */
export function wayOf(user: User): string {
  return user.provider == null ? text.users.here : text.users.byProvider(user.provider);
}
