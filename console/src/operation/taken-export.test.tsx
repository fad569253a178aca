import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { save } from "../format/save";
import { text } from "../text";
import { saveExport, TakenExport } from "./taken-export";

vi.mock("../format/save");
afterEach(cleanup);

it("an export that is not whole is saved under a name that says so, and told", async () => {
  const archive = new Blob(["README.txt"]);
  await saveExport(archive);
  expect(save).toHaveBeenCalledExactlyOnceWith(text.keys.leaving.brokenFile, archive, "application/x-tar");
  render(<TakenExport archive={archive} />);
  expect(await screen.findByText(text.keys.leaving.broken)).toBeDefined();
});

it("an export that cannot be read is saved and told nevertheless", async () => {
  const archive = new Blob(["README.txt"]);
  archive.arrayBuffer = () => Promise.reject(new Error("too large"));
  vi.mocked(save).mockClear();
  await saveExport(archive);
  expect(save).toHaveBeenCalledOnce();
  render(<TakenExport archive={archive} />);
  expect(await screen.findByText(text.keys.leaving.broken)).toBeDefined();
});
