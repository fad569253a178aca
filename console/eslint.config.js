import hooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import typescript from "typescript-eslint";

// Pages of one area know nothing of another's: what they share lies in a folder beside `pages`.
const OWN = "What two areas share belongs into a folder beside pages.";
const apart = [1, 2].map((depth) => ({
  files: [`src/pages/*${"/*".repeat(depth)}.{ts,tsx}`],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ regex: `^(\\.\\./){${depth}}(?!\\.\\./)`, message: OWN }] },
    ],
  },
}));

const NO_PAGE = { regex: "/pages/", message: "What pages are made of knows no page." };
const NO_COMPONENT = {
  regex: "^(@cloudscape-design|react)(/|$)",
  message: "What verifies the log stands without the screen.",
};

export default defineConfig(
  {
    ignores: [
      "dist",
      "node_modules",
      "src/api/schema.d.ts",
      "screenshots",
      "test-results",
      "playwright-report",
    ],
  },
  typescript.configs.strictTypeChecked,
  {
    ...hooks.configs.flat["recommended-latest"],
    files: ["src/**"],
    rules: { ...hooks.configs.flat["recommended-latest"].rules, "react-hooks/exhaustive-deps": "error" },
  },
  {
    languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js"] } } },
    rules: {
      // What an event handler starts shows its failure by itself.
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
    },
  },
  ...apart,
  {
    files: ["src/*/**/*.{ts,tsx}"],
    ignores: ["src/pages/**", "src/shell/pages.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [NO_PAGE] }] },
  },
  {
    files: ["src/audit/**/*.{ts,tsx}"],
    rules: { "no-restricted-imports": ["error", { patterns: [NO_PAGE, NO_COMPONENT] }] },
  },
);
