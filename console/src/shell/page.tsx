// What a page tells the frame around it: its title, its place, its help.
import { createContext, useContext, useEffect, type ReactNode } from "react";

import { text } from "../text";

export interface Crumb {
  text: string;
  href: string;
}

export interface PageFacts {
  title: string;
  /** The way here, without the console itself. */
  crumbs: Crumb[];
  /** What the help panel shows. */
  help: ReactNode;
}

export const PageContext = createContext<(facts: PageFacts) => void>(() => undefined);

/** The title of the window while a page is shown. */
export function windowTitle(title: string): string {
  return `${title} – ${text.shell.product}`;
}

/** Gives the window a title while a page without the frame is shown. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = windowTitle(title);
  }, [title]);
}

/** Says what is shown now: in the title of the window, the breadcrumbs, and the help panel. */
export function usePage(title: string, crumbs: Crumb[], help: ReactNode): void {
  const tell = useContext(PageContext);
  const way = JSON.stringify(crumbs);
  useEffect(() => {
    document.title = windowTitle(title);
    tell({ title, crumbs: JSON.parse(way) as Crumb[], help });
    // Help is written with the page, and changes with its title alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [tell, title, way]);
}
