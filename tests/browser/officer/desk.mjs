// The officer's desk: a browser with a keyboard and a scanner, no mouse, and the eyes of a tester.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

import { cutText, moving } from "../look.mjs";

export const given = JSON.parse(process.env.OFFICER);
const { origin, screenshots, chromium: executablePath, modules } = given;
const required = createRequire(path.join(modules, "package.json"));
const { chromium } = required("playwright-core");
const { AxeBuilder } = required("@axe-core/playwright");

/** How long a busy machine may take for an answer and its screen, in milliseconds. */
const PATIENCE = 40_000;
/** What is left of a screen of 1366 × 768 below the browser's own bars. */
const DESK = { width: 1349, height: 600 };
/** The same screen at 200 %. */
const ZOOMED = { width: Math.floor(DESK.width / 2), height: DESK.height / 2 };
/** A window at 400 %. */
const NARROW = { width: 320, height: 640 };
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const browser = await chromium.launch({
  executablePath,
  args: [
    "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ],
});
export const context = await browser.newContext({ locale: "id-ID", viewport: DESK });
export const page = await context.newPage();
const keyboard = await context.newCDPSession(page);

/** What must be in no store, address, title or log of the browser. */
export const secrets = new Map();
/** What the browser complained of. */
export const complaints = [];
const said = [];
page.on("console", (message) => {
  said.push(message.text());
  // A refusal of the service is no fault of the page.
  if (message.type() === "error" && !message.text().includes("Failed to load resource")) complaints.push(message.text());
});
page.on("pageerror", (error) => complaints.push(String(error.stack ?? error)));
// What an officer's token is, nobody but the page and the service may know.
page.on("request", (request) => {
  const shown = request.headers()["authorization"];
  if (shown?.startsWith("Bearer ")) secrets.set("token", shown.slice("Bearer ".length));
  const address = new URL(request.url());
  if (address.origin === origin && address.searchParams.has("code")) secrets.set("code", address.searchParams.get("code"));
});

export async function putAway({ failed }) {
  if (failed) {
    await page.screenshot({ path: path.join(screenshots, "officer-failed.png") }).catch(() => undefined);
    console.error(complaints);
  }
  await browser.close();
}

/** The text is on the screen. */
export async function seen(text) {
  await page.getByText(text).first().waitFor({ timeout: PATIENCE });
}

export async function gone(text) {
  await page.getByText(text).first().waitFor({ state: "hidden", timeout: PATIENCE });
}

/** The state is there, is clean to axe in every look, fits a narrow window, and is kept as pictures. */
export async function state(text, shot, { fits = false } = {}) {
  await seen(text);
  if (fits) {
    const hidden = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.ok(hidden <= 0, `${shot}: ${hidden} px need scrolling`);
  }
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`), [], shot);
  assert.deepEqual(await cutText(page), [], shot);
  assert.deepEqual(await moving(page), [], shot);
  await page.screenshot({ path: path.join(screenshots, `officer-${shot}.png`) });
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await new AxeBuilder({ page }).withRules(["color-contrast"]).analyze();
  assert.deepEqual(dark.violations.flatMap(({ nodes }) => nodes.map((node) => node.html)), [], `${shot}, dark`);
  await page.screenshot({ path: path.join(screenshots, `officer-${shot}-dark.png`) });
  await page.emulateMedia({ colorScheme: "light" });
  for (const window of [ZOOMED, NARROW]) {
    await page.setViewportSize(window);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${shot}: ${wide} px too wide at ${window.width} px`);
    assert.deepEqual(await cutText(page), [], `${shot} at ${window.width} px`);
  }
  await page.screenshot({ path: path.join(screenshots, `officer-${shot}-narrow.png`), fullPage: true });
  await page.setViewportSize(DESK);
}

/** A scanner reads a code, wherever the focus is: keys at a scanner's speed, also where the machine is slow. */
export async function scan(code) {
  // The last key is the one of now.
  let timestamp = Date.now() / 1000 - code.length * 0.01;
  const keys = [...code].map((key) => ({ key, text: key, windowsVirtualKeyCode: key.toUpperCase().charCodeAt(0) }));
  const events = [...keys, { key: "Enter", text: "\r", windowsVirtualKeyCode: 13 }].flatMap((key) => [
    { ...key, type: "keyDown", timestamp: (timestamp += 0.004) },
    { key: key.key, windowsVirtualKeyCode: key.windowsVirtualKeyCode, type: "keyUp", timestamp: (timestamp += 0.004) },
  ]);
  await Promise.all(events.map((event) => keyboard.send("Input.dispatchKeyEvent", event)));
}

/** Types at an officer's speed. */
export async function type(text) {
  await page.keyboard.type(text, { delay: 60 });
}

export async function press(...keys) {
  for (const key of keys) await page.keyboard.press(key);
}

/** Goes to a button, a field or a choice by Tab alone, and sees that its focus is seen. */
export async function reach(name) {
  for (let step = 0; step < 60; step++) {
    const focused = await page.evaluate(() => {
      const { activeElement: element } = document;
      if (element === null || element.matches("body, dialog")) return "";
      return [element.labels?.[0]?.innerText, element.getAttribute("aria-label"), element.innerText].filter(Boolean).join(" ");
    });
    if (focused.includes(name)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`no way to ${name} by Tab`);
}

/** What has the focus, as its tag and id. */
export function focused() {
  return page.evaluate(() => [document.activeElement?.tagName.toLowerCase(), document.activeElement?.id].filter(Boolean).join("#"));
}

/** No secret is in a store, an address, a title, the history, the page or the console. */
export async function nothingIsLeft() {
  const kept = await page.evaluate(async () => [
    JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }), document.cookie, document.title, location.href,
    JSON.stringify(history.state), JSON.stringify(await indexedDB.databases()), JSON.stringify(await caches.keys()), document.body.innerHTML,
  ]);
  const all = [...kept, ...said].join("\n");
  for (const [what, value] of secrets) assert.ok(!all.includes(value), `${what} is left in the browser`);
}
