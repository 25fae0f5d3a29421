// The resident's phone: a browser with a small screen, a camera that plays a file, and the eyes of a tester.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { cutText, moving } from "../look.mjs";

/** Which script plays: its pictures have its name. */
const script = ["line", "ask"].find((name) => process.env[name.toUpperCase()] !== undefined) ?? "holder";
export const given = JSON.parse(process.env[script.toUpperCase()]);
const { camera, screenshots, chromium: executablePath, modules } = given;
const required = createRequire(path.join(modules, "package.json"));
const { chromium } = required("playwright-core");
const { AxeBuilder } = required("@axe-core/playwright");
const { prepareZXingModule, readBarcodes } = await import(pathToFileURL(required.resolve("zxing-wasm/reader")).href);
prepareZXingModule({ overrides: { wasmBinary: readFileSync(required.resolve("zxing-wasm/reader/zxing_reader.wasm")).buffer } });

export const PIN = "142857";

/** How long a busy machine may take for an answer and its screen, in milliseconds. */
export const PATIENCE = 40_000;

export const folder = mkdtempSync(path.join(os.tmpdir(), "holder-"));
// Chromium's camera plays a file of JPEGs, one frame after the other.
const video = path.join(folder, "camera.mjpeg");
writeFileSync(video, readFileSync(camera));

// A profile of its own: the app asks for lasting storage and has a service worker.
export const context = await chromium.launchPersistentContext(path.join(folder, "profile"), {
  executablePath,
  headless: true,
  locale: "id-ID",
  viewport: { width: 360, height: 640 },
  hasTouch: true,
  isMobile: true,
  acceptDownloads: true,
  args: [
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${video}`,
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ],
});

/** Another browser, for somebody who has no phone in hand. */
export function launch() {
  const args = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath, args: [...args, ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])] });
}

/** What must be in no store, address, title or log of the browser when all is over. */
export const secrets = new Map();
/** What the browser complained of. */
export const complaints = [];
const said = [];
export let page = context.pages()[0] ?? (await context.newPage());
listen();

/** Goes on in another tab. */
export async function turnTo(tab) {
  page = tab;
  listen();
}

function listen() {
  page.on("console", (message) => {
    said.push(message.text());
    // A refusal of the service is no fault of the page.
    if (message.type() === "error" && !message.text().includes("Failed to load resource")) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
  page.on("response", (response) => void hear(response));
}

/** Learns the secrets that the service gives: they must not outlive their screen either. */
async function hear(response) {
  const answered = new URL(response.url()).pathname;
  const learn = LEARNT.find(([path]) => path.test(answered))?.[1];
  if (learn === undefined || !response.ok()) return;
  const body = await response.json().catch(() => ({}));
  for (const [what, value] of Object.entries(learn(body))) if (value) secrets.set(`${what} of ${answered} (${secrets.size})`, value);
}

const LEARNT = [
  [/^\/sessions$/, ({ access_token }) => ({ access_token })],
  [/^\/qr-codes$/, ({ token }) => ({ token })],
  [/^\/registrations/, ({ ticket }) => ({ ticket: ticket?.text })],
  [/^\/me$/, ({ name, nik, mother, picture, address }) => ({ name, nik, mother, picture, street: address?.street })],
  [/^\/me\/family$/, ({ family_card_number }) => ({ family_card_number })],
  [/^\/me\/signatures$/, ({ signature }) => ({ signature })],
];

/** Puts the phone away; what it showed last is kept where something failed. */
export async function putAway({ failed }) {
  if (failed) {
    await page.screenshot({ path: path.join(screenshots, `${script}-failed.png`), fullPage: true }).catch(() => undefined);
    console.error(complaints);
  }
  await context.close();
  rmSync(folder, { recursive: true, force: true });
}

/** The state is there, is clean to axe, fits a narrow screen with letters of any size, does not move, and is kept as a picture. */
export async function state(title, shot) {
  await page.locator("h1", { hasText: title }).first().waitFor({ timeout: PATIENCE });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${shot}: ${wide} px too wide`);
  await page.setViewportSize({ width: 320, height: 640 });
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wider <= 0, `${shot}: ${wider} px too wide at 320 px`);
  assert.deepEqual(await cutText(page), [], shot);
  await page.setViewportSize({ width: 360, height: 640 });
  assert.deepEqual(await moving(page), [], shot);
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`), [], shot);
  await page.screenshot({ path: path.join(screenshots, `${script}-${shot}.png`), fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await new AxeBuilder({ page }).withRules(["color-contrast"]).analyze();
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(dark.violations.flatMap(({ nodes }) => nodes.map((node) => node.html)), [], `${shot}, dark`);
}

export async function seen(text) {
  await page.getByText(text).first().waitFor({ timeout: PATIENCE });
}

export async function gone(text) {
  await page.getByText(text).first().waitFor({ state: "detached", timeout: PATIENCE });
}

export async function press(label, { hasGone = false, mayBeMissing = false } = {}) {
  const like = page.getByRole("button", { name: label });
  if (mayBeMissing && !(await like.count())) return;
  try {
    await like.first().waitFor({ timeout: hasGone ? 2_000 : PATIENCE });
    // A card's name has its second line in it; a button is called what it says.
    const exact = page.getByRole("button", { name: label, exact: true });
    await ((await exact.count()) ? exact : like).first().click({ timeout: hasGone ? 2_000 : PATIENCE });
  } catch (error) {
    if (!hasGone) throw error;
  }
}

export async function logIn(pin = PIN) {
  await page.getByLabel("PIN (6 angka)").fill(pin);
  await page.getByRole("button", { name: "Masuk", exact: true }).click();
  await page.getByRole("button", { name: "Kunci", exact: true }).waitFor();
}

/** The file that a press downloads. */
export async function downloaded(pressing) {
  const [download] = await Promise.all([page.waitForEvent("download"), pressing()]);
  return download;
}

/** Runs something while the answers of an address are cut off behind the service. */
export async function cutting(pattern, run) {
  await page.route(pattern, async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  await run();
  await page.unroute(pattern);
}

/** Puts an answer in the place of the service's while something runs. */
export async function answering(pattern, answer, run) {
  await page.route(pattern, (route) => (route.request().method() === "OPTIONS" ? route.continue() : route.fulfill(answer)));
  await run();
  await page.unroute(pattern);
}

/** A refusal of the service. */
export function problem(slug, status, members = {}) {
  const json = { type: `${given.origin}/problems/${slug}`, title: "Judul layanan", status, detail: "Kalimat layanan.", instance: "1", ...members };
  return { status, contentType: "application/problem+json", body: JSON.stringify(json) };
}

/** How many requests an address gets from now on. */
export function counting(end) {
  let count = 0;
  page.on("request", (request) => (count += request.method() === "POST" && request.url().endsWith(end) ? 1 : 0));
  return () => count;
}

/** What the QR code on the screen says. */
export async function scanned() {
  await page.locator(".qr img").waitFor();
  const picture = await page.locator(".qr").screenshot();
  const [read] = await readBarcodes(new Blob([picture]), { formats: ["QRCode"] });
  return read?.text ?? "";
}

/** The photo is small enough, and says neither where nor when it was taken. */
export function inspectSelfie(base64) {
  const bytes = Buffer.from(base64, "base64");
  assert.ok(bytes.length <= 240 * 1024, `${bytes.length} bytes`);
  assert.equal(bytes.subarray(0, 2).toString("hex"), "ffd8");
  assert.equal(bytes.indexOf("Exif"), -1);
}

/** Whether the stored private key could be taken out; nothing where there is none. */
export function keyIsExtractable() {
  return page.evaluate(async () => {
    const opened = (request) => new Promise((resolve, reject) => ([request.onsuccess, request.onerror] = [() => resolve(request.result), reject]));
    const database = await opened(indexedDB.open("ikd"));
    const device = await opened(database.transaction("phone").objectStore("phone").get("device"));
    database.close();
    return device?.keys.privateKey.extractable;
  });
}

/** No personal value is in a store, a cache, an address, a title, the history or the console. */
export async function nothingIsLeft() {
  // Whoever looks for something has to be able to find it: in each store, once.
  const trial = "a value that is left";
  await leave(trial);
  assert.equal((await kept()).filter((text) => text.includes(trial)).length, 4, "the search finds what is left");
  await takeAway();

  const all = [...(await kept()), ...said].join("\n");
  for (const [what, value] of secrets) assert.ok(!all.includes(value), `${what} is left in the browser`);
  assert.ok(!all.includes("a cached answer"), all.match(/a cached answer.*/)?.[0]);
}

/** All that the browser keeps of the app, as texts; a picture as its bytes and in base64. */
function kept() {
  return page.evaluate(async () => {
    const opened = (request) => new Promise((resolve, reject) => ([request.onsuccess, request.onerror] = [() => resolve(request.result), reject]));
    const text = async (value) => {
      if (value instanceof Blob) value = await value.arrayBuffer();
      if (ArrayBuffer.isView(value)) value = value.buffer;
      if (value instanceof ArrayBuffer) {
        const bytes = Array.from(new Uint8Array(value), (byte) => String.fromCharCode(byte)).join("");
        return `${bytes} ${btoa(bytes)}`;
      }
      if (typeof value !== "object" || value === null) return String(value);
      const parts = await Promise.all(Object.entries(value).map(async ([name, part]) => `${name}: ${await text(part)}`));
      return parts.join("\n");
    };
    const found = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.title, location.href, document.cookie];
    found.push(JSON.stringify(history.state));
    for (const { name } of await indexedDB.databases()) {
      const database = await opened(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const reading = () => database.transaction(store).objectStore(store);
        found.push(await text(await opened(reading().getAll())), await text(await opened(reading().getAllKeys())));
      }
      database.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        if (!new URL(request.url).pathname.startsWith("/app/")) found.push(`a cached answer: ${request.url}`);
        found.push(request.url, await (await cache.match(request)).text());
      }
    }
    return found;
  });
}

/** Leaves a value in both storages, in a picture of the database, and in a cache. */
function leave(trial) {
  return page.evaluate(async (trial) => {
    const opened = (request) => new Promise((resolve, reject) => ([request.onsuccess, request.onerror] = [() => resolve(request.result), reject]));
    localStorage.setItem("trial", trial);
    sessionStorage.setItem("trial", trial);
    const opening = indexedDB.open("trial", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("trial");
    const database = await opened(opening);
    await opened(database.transaction("trial", "readwrite").objectStore("trial").put({ inner: new Blob([trial]) }, "trial"));
    database.close();
    await (await caches.open("trial")).put("/app/trial", new Response(trial));
  }, trial);
}

function takeAway() {
  return page.evaluate(async () => {
    localStorage.removeItem("trial");
    sessionStorage.removeItem("trial");
    await caches.delete("trial");
    const deleting = indexedDB.deleteDatabase("trial");
    await new Promise((resolve, reject) => ([deleting.onsuccess, deleting.onerror] = [resolve, reject]));
  });
}
