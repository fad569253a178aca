// A link to another page of the console.
import CloudscapeLink, { type LinkProps } from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";

interface Props {
  to: string;
  children: ReactNode;
  fontSize?: LinkProps.FontSize;
  /** What it is called where its text alone does not tell. */
  ariaLabel?: string;
}

export function Link({ to, children, fontSize, ariaLabel }: Props) {
  const navigate = useNavigate();
  return (
    <CloudscapeLink
      href={to}
      {...(fontSize === undefined ? {} : { fontSize })}
      {...(ariaLabel === undefined ? {} : { ariaLabel })}
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
