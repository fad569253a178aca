// A page and its place.
import type { ComponentType } from "react";

export interface PageAt {
  /** As in react-router, with parts such as `:id`. */
  path: string;
  /** Its code, which is loaded when it is first looked at. */
  load: () => Promise<{ default: ComponentType }>;
}
