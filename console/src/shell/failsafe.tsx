// A page that fails says so, and the others still work.
import Button from "@cloudscape-design/components/button";
import { Component, type ReactNode } from "react";

import { asProblem, type Problem } from "../api/client";
import { ProblemAlert } from "../notices/problem-alert";
import { text } from "../text";

interface Props {
  /** Where the page is: elsewhere it is tried anew. */
  place: string;
  children: ReactNode;
}

export class Failsafe extends Component<Props, { problem: Problem | undefined }> {
  override state: { problem: Problem | undefined } = { problem: undefined };

  static getDerivedStateFromError(error: unknown) {
    return { problem: asProblem(error) };
  }

  override componentDidUpdate({ place }: Props) {
    if (place !== this.props.place && this.state.problem !== undefined) this.setState({ problem: undefined });
  }

  override render(): ReactNode {
    const { problem } = this.state;
    return problem === undefined ? (
      this.props.children
    ) : (
      <ProblemAlert
        problem={problem}
        action={<Button onClick={() => window.location.reload()}>{text.shell.reload}</Button>}
      />
    );
  }
}
