// The resident's app, built for the address `/app`. Chrome 119 is the last one for Android 7.

import { fileURLToPath } from "node:url";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  base: "/app/",
  publicDir: here("./public"),
  define: {
    // To the day, so that two builds of one day are equal.
    __BUILT_AT__: String(Math.floor(Date.now() / 86_400_000) * 86_400_000),
  },
  // Every request but those for the app's own files goes to the local stack.
  server: { proxy: { "^/(?!app/|@|node_modules/)|^/app/configuration.json$": "http://127.0.0.1:9000" } },
  build: {
    outDir: here("../dist/app"),
    emptyOutDir: true,
    target: "chrome119",
    cssTarget: "chrome119",
    modulePreload: { polyfill: false },
    // Nothing inline: the policy allows none.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  plugins: [
    svelte({ configFile: false, compilerOptions: { runes: true } }),
    VitePWA({
      filename: "worker.js",
      registerType: "prompt",
      injectRegister: null,
      manifestFilename: "manifest.webmanifest",
      includeManifestIcons: false,
      manifest: {
        id: "/app",
        name: "Identitas Kependudukan Digital",
        short_name: "IKD",
        description: "KTP dan dokumen Anda di ponsel",
        lang: "id",
        start_url: "/app",
        scope: "/app",
        display: "standalone",
        theme_color: "#8a1c1c",
        background_color: "#ffffff",
        icons: [
          { src: "/app/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/app/icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "/app/icon-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
        shortcuts: [{ name: "KTP Digital", url: "/app#ktp-digital" }],
      },
      workbox: {
        // The app's own files and nothing else: no answer of the service is ever kept.
        globPatterns: ["**/*.{html,js,css,svg,webmanifest}"],
        navigateFallback: "/app/index.html",
        navigateFallbackAllowlist: [/^\/app$/],
        cleanupOutdatedCaches: true,
        inlineWorkboxRuntime: true,
        sourcemap: false,
        mode: "production",
      },
    }),
  ],
});
