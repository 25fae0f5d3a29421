// Compresses the built pages, and lists their files for the function that embeds them: path, media type and digest.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = path.join(import.meta.dirname, "dist");

const MEDIA_TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

/** What an app's first start loads of scripts, compressed, in bytes. */
const BUDGET = 90_000;

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.parentPath !== dist)
  .map((entry) => path.join(entry.parentPath, entry.name))
  .filter((file) => !file.endsWith(".br") && !file.endsWith(".gz"))
  .sort();

const lines = files.map((file) => {
  const mediaType = MEDIA_TYPES[path.extname(file)];
  if (mediaType === undefined) throw new Error(`${file}: which media type has it?`);
  const bytes = readFileSync(file);
  const compressed = { ".gz": gzipSync(bytes, { level: 9 }) };
  // The decoder is large and seldom asked for: one encoding of it is enough in the function's package.
  if (!file.endsWith(".wasm")) compressed[".br"] = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  for (const [extension, smaller] of Object.entries(compressed)) {
    rmSync(file + extension, { force: true });
    if (smaller.length < bytes.length) writeFileSync(file + extension, smaller);
  }
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  return [path.relative(dist, file).replaceAll(path.sep, "/"), mediaType, digest].join("\t");
});
if (lines.length === 0) throw new Error("nothing was built");

// What a page names is loaded at once. Other scripts wait until something on the page needs them.
for (const page of files.filter((file) => file.endsWith("index.html"))) {
  const app = path.basename(path.dirname(page));
  const named = [...readFileSync(page, "utf8").matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(([, file]) => path.join(dist, file));
  const weight = named.reduce((sum, file) => sum + brotliCompressSync(readFileSync(file)).length, 0);
  console.log(`scripts of ${app}: ${weight} bytes compressed`);
  if (weight === 0) throw new Error(`${page} names no script`);
  if (weight > BUDGET) throw new Error(`the scripts of ${app} weigh ${weight} bytes compressed, and may weigh ${BUDGET}`);
}

writeFileSync(path.join(dist, "files.tsv"), lines.map((line) => `${line}\n`).join(""));
