// A page below the settings: its title, its place, its help.
import type { ReactNode } from "react";

import { usePage } from "../../shell/page";
import { text } from "../../text";

export function useSettingsPage(title: string, help: ReactNode): void {
  usePage(title, [{ text: text.settings.title, href: "/settings" }], help);
}
