// Light and dark, as the system has it unless somebody chooses.
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useEffect, useState } from "react";

export type Theme = "system" | "light" | "dark";

const PLACE = "keyferry.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function load(): Theme {
  const kept = localStorage.getItem(PLACE);
  return kept === "light" || kept === "dark" ? kept : "system";
}

function apply(theme: Theme): void {
  const isDark = theme === "dark" || (theme === "system" && dark.matches);
  applyMode(isDark ? Mode.Dark : Mode.Light);
  // What the browser draws, the ground of the page too, follows the choice and not the system.
  document.documentElement.style.colorScheme = isDark ? "dark" : "light";
}

/** The theme, and how to choose another. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState(load);
  useEffect(() => {
    apply(theme);
    // What is kept counts, not what was chosen when this began.
    const follow = () => apply(load());
    dark.addEventListener("change", follow);
    return () => dark.removeEventListener("change", follow);
  }, [theme]);
  const choose = (next: Theme) => {
    localStorage.setItem(PLACE, next);
    setTheme(next);
  };
  return [theme, choose];
}
