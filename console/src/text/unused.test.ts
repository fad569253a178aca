// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

import { text } from "./index";

type Path = readonly string[];

const SOURCES = join(import.meta.dirname, "..");

function sources(): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
  const isSource = (file: string) => /\.tsx?$/.test(file) && !/\.test\.|\.d\.ts$|^text\//.test(file);
  return files.filter(isSource).map((file) => join(SOURCES, file));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What lies at a path, as far as the path leads within the texts: `.map` and the like do not. */
function reached(path: Path): { at: Path; value: unknown } {
  let value: unknown = text;
  for (const [depth, name] of path.entries()) {
    if (!isGroup(value) || !(name in value)) return { at: path.slice(0, depth), value };
    value = value[name];
  }
  return { at: path, value };
}

function leaves(value: unknown, at: Path = []): string[] {
  if (!isGroup(value)) return [at.join(".")];
  return Object.entries(value).flatMap(([name, part]) => leaves(part, [...at, name]));
}

/** The texts that a file uses: a group that it looks into by a name of the moment, or hands on, it uses whole. */
function usedIn(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2023, true);
  const named = new Map<string, Path>([["text", []]]);
  const used: string[] = [];

  const pathOf = (node: ts.Node): Path | undefined => {
    if (ts.isIdentifier(node)) return named.get(node.text);
    if (ts.isAsExpression(node) || ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node))
      return pathOf(node.expression);
    if (!ts.isPropertyAccessExpression(node)) return undefined;
    const path = pathOf(node.expression);
    return path === undefined ? undefined : [...path, node.name.text];
  };
  /** Names for groups: `const words = text.keys`, `const { columns } = words`. */
  const name = (binding: ts.BindingName, path: Path) => {
    if (ts.isIdentifier(binding)) return void named.set(binding.text, path);
    for (const element of binding.elements) {
      if (!ts.isBindingElement(element)) continue;
      const of = element.propertyName ?? element.name;
      if (ts.isIdentifier(of)) name(element.name, [...path, of.text]);
    }
  };
  /** Whether a node merely gives something else its name. */
  const isName = (node: ts.Node) => {
    const { name: called, propertyName } = node.parent as { name?: ts.Node; propertyName?: ts.Node };
    return (called === node || propertyName === node) && !ts.isShorthandPropertyAssignment(node.parent);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isIdentifier(node) && isName(node)) return;
    if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
      const path = pathOf(node.initializer);
      if (path !== undefined && isGroup(reached(path).value)) return name(node.name, path);
    }
    const path = pathOf(node);
    if (path !== undefined) {
      const { at, value } = reached(path);
      // Nobody hands on all texts: what is called `text` alone is something else.
      if (at.length > 0) used.push(...leaves(value, at));
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return used;
}

/** Every source is parsed. */
const PARSING = 60_000;

it("is a text that somebody reads", { timeout: PARSING }, () => {
  const used = new Set(sources().flatMap(usedIn));
  expect(leaves(text).filter((path) => !used.has(path))).toEqual([]);
});
