// The clerk's computer: another browser, with the page of the counter's program.

import assert from "node:assert/strict";

import { PATIENCE, given, launch } from "../holder/phone.mjs";

const browser = await launch();
const page = await (await browser.newContext({ locale: "id-ID", timezoneId: "Asia/Jakarta" })).newPage();
const outcome = page.locator("#outcome");

/** Opens the counter, for the opening of an account. */
export async function openCounter() {
  await page.goto(given.counter);
  await page.getByRole("radio", { name: "Pembukaan rekening" }).check();
}

/** Scans a code whose holder is asked: the digits that the clerk says then. */
export async function scanAsking(code) {
  await scan(code);
  await told("Menunggu pemilik");
  const digits = await page.locator(".said").innerText();
  assert.match(digits, /^\d\d$/);
  return digits;
}

async function scan(code) {
  await page.keyboard.press("Escape");
  await page.locator("#field").fill(code);
  await page.keyboard.press("Enter");
}

/** The page says so; all of what it says then. */
export async function told(title) {
  await page.locator("#outcome h2", { hasText: title }).waitFor({ timeout: PATIENCE });
  return outcome.innerText();
}

/** The moment at which the clerk sees who it is. Waiting for an element looks for it twice a second only, and would be late. */
export function verifiedAt() {
  return page.evaluate(
    () =>
      new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          if (!document.querySelector("#outcome h2")?.textContent.includes("Terverifikasi")) return;
          observer.disconnect();
          requestAnimationFrame(() => resolve(Date.now()));
        });
        observer.observe(document.getElementById("outcome"), { childList: true });
      }),
  );
}

export async function leaveCounter() {
  await browser.close();
}
