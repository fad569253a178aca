import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { compress } from "./compress.ts";

// Where `npm run dev` finds a server, such as one that `keyferry demo --port 8443` runs.
const server = process.env.KEYFERRY_URL ?? "https://127.0.0.1:8443";

/** What the server answers itself; all else is a file of the console. */
const ANSWERED = ["/api", "/readyz", "/healthz"];
const proxied = { target: server, secure: false, changeOrigin: true };

/** Few files: the first of many rows is there a tenth of a second sooner than from one for each part. What every page needs, what many do, and each page's own. */
const FILES = [
  { name: "start", tags: ["$initial" as const], priority: 2 },
  { name: "shared", minShareCount: 4, priority: 1 },
];

export default defineConfig({
  plugins: [react(), compress()],
  build: {
    target: "es2023",
    // Nothing is written into the page itself: the content security policy allows no inline script.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { output: { codeSplitting: { groups: FILES } } },
  },
  server: { proxy: Object.fromEntries(ANSWERED.map((path) => [path, proxied])) },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
});
