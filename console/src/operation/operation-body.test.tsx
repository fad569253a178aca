import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { Preview } from "./operation-body";

afterEach(cleanup);

it("what shows nothing of its own is not said to change records alone", () => {
  const { container } = render(<Preview preview={undefined} render={() => null} />);
  expect(container.textContent).toBe("");
});
