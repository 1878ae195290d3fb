import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

import { precompressed } from "./plugins/precompressed.ts";
import { worker } from "./plugins/worker.ts";

// The server that `npm run dev` forwards to; its pages come from Vite, so that changes show at once.
const SERVER = process.env["KALENDS_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [svelte(), worker(), precompressed()],
  build: {
    outDir: "../src/kalends/interfaces/web/built",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the pages' policy allows no data: but images
    reportCompressedSize: false,
  },
  server: { host: "127.0.0.1", proxy: { "/api": SERVER, "/feeds": SERVER } },
  resolve: process.env["VITEST"] ? { conditions: ["browser"] } : {},
  // Tests keep nothing in modules, so that a process may run one file after the other: a third of the time.
  test: { isolate: false, include: ["src/**/*.test.ts"] },
});
