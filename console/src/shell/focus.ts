// Where the keyboard is, as dialogs open, change and close.
/** What is asked for next carries this attribute, so that it is gone to first. */
export const NEXT = "data-next";
/** The place of a page's own content. */
export const CONTENT = "content";

const TYPED = "input:enabled:not([type=file]), textarea:enabled";
const NEXT_FIELD = `[${NEXT}] input:enabled`;
const FIELD = `${TYPED}, button[aria-haspopup]:enabled`;

/** Goes to the first field of a dialog that opens, or to the whole where it has none. */
export function entered(content: HTMLElement | null): void {
  const first = content?.querySelector<HTMLElement>(NEXT_FIELD) ?? content?.querySelector<HTMLElement>(FIELD);
  (first ?? content)?.focus({ preventScroll: first === undefined });
}

/** Whether nothing in particular has the focus: what had it is gone. */
export function isLost(content: HTMLElement | null): boolean {
  const { activeElement, body } = document;
  return content !== null && (activeElement === null || activeElement === body || activeElement === content);
}

/** Goes to what is asked for next, or to the whole, from where the next key leads on. */
export function regained(content: HTMLElement | null): void {
  (content?.querySelector<HTMLElement>(NEXT_FIELD) ?? content)?.focus({ preventScroll: true });
}

/** Goes back to what opened a dialog, or to the page where that is gone; unless something else took the focus. */
export function wentBack(opener: Element | null): void {
  const { activeElement, body } = document;
  if (activeElement !== null && activeElement !== body) return;
  if (opener instanceof HTMLElement && opener !== body && opener.isConnected) opener.focus();
  if (document.activeElement === body) document.getElementById(CONTENT)?.focus({ preventScroll: true });
}
