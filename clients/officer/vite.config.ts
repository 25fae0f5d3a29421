// The officer's console, built for the address `/office`. Offices have old computers, so the target is that of the other pages.

import { fileURLToPath } from "node:url";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/office/",
  publicDir: false,
  build: {
    outDir: here("../dist/office"),
    emptyOutDir: true,
    target: "chrome119",
    cssTarget: "chrome119",
    modulePreload: { polyfill: false },
    // Nothing inline: the policy allows none.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  plugins: [svelte({ configFile: false, compilerOptions: { runes: true } })],
});
