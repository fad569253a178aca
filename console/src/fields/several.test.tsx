import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, describe, expect, it } from "vitest";

import { Several } from "./several";

function Held({ told }: { told: (values: string[]) => void }) {
  const [values, setValues] = useState<string[]>([]);
  const take = (next: string[]) => {
    setValues(next);
    told(next);
  };
  return <Several label="Aliases" values={values} onChange={take} />;
}

describe("several texts", () => {
  afterEach(cleanup);

  it("count as they are typed, added or not, and each once", () => {
    let values: string[] = [];
    render(<Held told={(next) => (values = next)} />);
    const input = screen.getByRole("textbox");
    const type = (value: string) => fireEvent.change(input, { target: { value } });
    type("one");
    expect(values).toEqual(["one"]);
    fireEvent.click(screen.getByRole("button", { name: "Add to Aliases" }));
    type("tw");
    type("two ");
    expect(values).toEqual(["one", "two"]);
    type("one");
    expect(values).toEqual(["one"]);
    type("ones");
    expect(values).toEqual(["one", "ones"]);
    type("");
    expect(values).toEqual(["one"]);
  });
});
