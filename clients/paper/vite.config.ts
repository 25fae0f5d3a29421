// The script of a printed document's page: one file, since the page carries it. Strangers scan the code with whatever phone they have.

import { fileURLToPath } from "node:url";

import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  publicDir: false,
  build: {
    outDir: here("../dist"),
    emptyOutDir: false,
    target: "es2020",
    lib: { entry: here("./main.ts"), formats: ["iife"], name: "paper", fileName: () => "paper.js" },
    reportCompressedSize: false,
  },
});
