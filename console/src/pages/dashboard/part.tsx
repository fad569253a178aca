// A part of the dashboard: it loads by itself, says when it fails, and is not there for whoever may not see it.
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";

import type { All } from "../../api/read";
import { ProblemAlert } from "../../notices/problem-alert";
import { text } from "../../text";

export type Read = Pick<All<unknown>, "isPending" | "isPartial" | "error" | "refetch">;

const FORBIDDEN = 403;

/** Whether somebody may not see it, which is no failure. */
export function isHidden({ error }: Read): boolean {
  return error?.problem.status === FORBIDDEN;
}

interface Props {
  title: string;
  description?: string;
  of: Read;
  children: ReactNode;
  footer?: ReactNode;
}

export function Part({ title, description, of, children, footer }: Props) {
  if (isHidden(of)) return null;
  const content =
    of.error === null ? (
      children
    ) : (
      <ProblemAlert
        problem={of.error.problem}
        action={<Button onClick={of.refetch}>{text.shell.tryAgain}</Button>}
      />
    );
  return (
    <Container
      fitHeight
      header={
        <Header variant="h2" description={description}>
          {title}
        </Header>
      }
      footer={footer}
    >
      {of.isPending ? <Spinner /> : content}
    </Container>
  );
}
