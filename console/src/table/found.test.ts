import { describe, expect, it } from "vitest";

import { flat, unseen } from "./found";

interface Row {
  id: string;
}
const idOf = ({ id }: Row) => id;
const rows = ["a", "b", "c"].map((id) => ({ id }));
const [a, b, c] = rows as [Row, Row, Row];

describe("what is selected and not shown", () => {
  it("is nothing while all rows are found", () => {
    expect(unseen([a, c], flat([], rows), idOf)).toBe(0);
    expect(unseen([], flat<Row>([], []), idOf)).toBe(0);
  });
  it("is what the filter leaves out", () => {
    expect(unseen([a, b], flat([], [b, c]), idOf)).toBe(1);
    expect(unseen([a, b], flat<Row>([], []), idOf)).toBe(2);
  });
  it("knows rows that were read anew by their ids", () => {
    expect(unseen([a], flat([], [{ id: "a" }]), idOf)).toBe(0);
  });
});
