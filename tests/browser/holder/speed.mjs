// How long a holder waits for the first QR code after opening the app, on a phone that is four times slower than this machine.

import assert from "node:assert/strict";

import { context, given, logIn, page, press } from "./phone.mjs";

/** In milliseconds. */
const GOAL = 1_500;
const SLOWER = 4;
const TIMES = 3;

/**
 * What is waited for: from opening the installed app until the PIN can be typed, and from the press on *Tampilkan kode QR* until the
 * code is seen. How fast somebody types the PIN and chooses the data, and what a PIN's check costs on purpose, is not in it.
 */
export async function measureFirstCode() {
  await page.addInitScript(watch);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  const waits = [];
  for (let time = 0; time < TIMES; time++) waits.push(await waitForCode());
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const [start, code, both] = waits.sort((one, other) => one[2] - other[2])[Math.floor(TIMES / 2)].map(Math.round);
  console.log(`The first QR code at a CPU ${SLOWER} times slower: ${both} ms (${start} ms to the log-in, ${code} ms to the code).`);
  assert.ok(both <= GOAL, `${both} ms to the first QR code, and ${GOAL} ms are the goal`);
}

async function waitForCode() {
  await page.goto("about:blank");
  await page.goto(`${given.origin}/app`);
  await page.waitForFunction(() => globalThis.marks.usable !== undefined);
  assert.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null), "the app is installed");
  await logIn();
  await page.evaluate(() => (location.hash = "ktp-digital"));
  await press("Tampilkan kode QR");
  await page.waitForFunction(() => globalThis.marks.shown !== undefined);
  const { usable, pressed, shown } = await page.evaluate(() => globalThis.marks);
  return [usable, shown - pressed, usable + shown - pressed];
}

/** Marks the moments, in milliseconds since the app was opened: what is in the page is seen one frame later. */
function watch() {
  const marks = (globalThis.marks = {});
  const mark = (name) => requestAnimationFrame(() => setTimeout(() => (marks[name] ??= performance.now())));
  new MutationObserver(() => document.querySelector("#pin")?.checkVisibility() && mark("usable")).observe(document, { childList: true, subtree: true });
  document.addEventListener("click", ({ timeStamp }) => (marks.pressed = timeStamp), { capture: true });
  document.addEventListener("load", ({ target }) => target.matches?.(".qr img") && mark("shown"), { capture: true });
}
