// What was asked for comes into sight when it is there: below many fields it would not be seen.
import { useEffect, useRef, type ReactNode } from "react";

export function InSight({ children }: { children: ReactNode }) {
  const shown = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Browsers answer with a promise of its end, which is nothing to clean up.
    shown.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div ref={shown} className="in-sight">
      {children}
    </div>
  );
}
