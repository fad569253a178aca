// A dialog: the focus goes into it and back to what opened it, and Enter in a line goes on.
import Modal from "@cloudscape-design/components/modal";
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from "react";

import { text } from "../text";
import { entered, isLost, regained, wentBack } from "./focus";

export type Reason = "closeButton" | "keyboard" | "overlay";

interface Props {
  title: ReactNode;
  size?: "medium" | "large";
  /** The buttons at its foot. */
  actions?: ReactNode;
  onClose: (reason: Reason) => void;
  /** What Enter in a single line does. */
  onEnter?: (() => void) | undefined;
  /** What is shown changes with it: who had the focus on what is gone gets it back. */
  step?: string;
  children: ReactNode;
}

/** Takes the focus as soon as the dialog is there, after the design system gave it to the cross at the top. */
function Begin({ content }: { content: RefObject<HTMLDivElement | null> }) {
  useEffect(() => queueMicrotask(() => entered(content.current)), [content]);
  return null;
}

/** Whether Enter in it means nothing else: in forms, lists to choose from and several lines it does. */
function isPlainLine(target: EventTarget): boolean {
  if (!(target instanceof HTMLInputElement) || target.form !== null) return false;
  const isTyped = ["text", "number", "password"].includes(target.type);
  return isTyped && target.role !== "combobox" && target.ariaHasPopup === null;
}

export function Dialog({ title, size = "medium", actions, onClose, onEnter, step, children }: Props) {
  const content = useRef<HTMLDivElement>(null);
  const [opener] = useState(() => document.activeElement);
  useEffect(() => () => wentBack(opener), [opener]);
  useEffect(() => {
    if (isLost(content.current)) regained(content.current);
  }, [step]);
  const press = (event: KeyboardEvent) => {
    const isMeant = event.key === "Enter" && !event.repeat && !event.nativeEvent.isComposing;
    if (onEnter === undefined || !isMeant || event.defaultPrevented || !isPlainLine(event.target)) return;
    event.preventDefault();
    onEnter();
  };
  return (
    <Modal
      visible
      size={size}
      header={title}
      closeAriaLabel={text.shell.closeDialog}
      onDismiss={({ detail }) => onClose(detail.reason as Reason)}
      footer={
        // Not spaced by the design system, which takes several in a fragment for one.
        actions !== undefined && <div className="buttons">{actions}</div>
      }
    >
      <div ref={content} tabIndex={-1} className="content" onKeyDown={press}>
        {children}
      </div>
      <Begin content={content} />
    </Modal>
  );
}
