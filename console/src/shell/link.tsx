// A link to another page of the console.
import CloudscapeLink from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";

export function Link({ to, children }: { to: string; children: ReactNode }) {
  const navigate = useNavigate();
  return (
    <CloudscapeLink
      href={to}
      onFollow={(event) => {
        // Whoever wants another tab gets one from the browser.
        if (event.detail.external === true || event.detail.target === "_blank") return;
        event.preventDefault();
        void navigate(to);
      }}
    >
      {children}
    </CloudscapeLink>
  );
}
