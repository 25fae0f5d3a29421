// Reads QR codes from pictures with ZXing, which is what many phones read them with.
//
// Arguments: a node_modules with zxing-wasm, and the pictures. Prints a JSON array of what they hold, null where no code is found.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const [modules, ...pictures] = process.argv.slice(2);
const required = createRequire(path.join(modules, "package.json"));
const { prepareZXingModule, readBarcodes } = await import(required.resolve("zxing-wasm/reader"));
prepareZXingModule({ overrides: { wasmBinary: readFileSync(required.resolve("zxing-wasm/reader/zxing_reader.wasm")).buffer } });

const texts = [];
for (const picture of pictures) {
  const [code] = await readBarcodes(new Blob([readFileSync(picture)]), { formats: ["QRCode"] });
  texts.push(code?.text ?? null);
}
console.log(JSON.stringify(texts));
