// The resident's app in a real browser, on a phone's small screen: the whole procedure, with an officer and a bank played over the
// API, lost answers, reloads and two tabs; then once more by keyboard alone. Every state is looked at by axe, and nothing
// personal is left in the browser.
//
// Reads one JSON object from the environment variable HOLDER: origin and mailbox (addresses of the stack), officer and bank (access
// tokens of an officer and of an integrator), nik and name (a resident without a phone), other_nik (another one), camera (a JPEG that
// the camera shows), screenshots (a folder), chromium (the browser's path) and modules (a node_modules with playwright-core, axe and
// zxing-wasm). Says how long the first QR code takes. Ends with a stack trace on the first thing that is not as it should be.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

import { enrol } from "./holder/enrol.mjs";
import { enrolByKeyboard } from "./holder/keyboard.mjs";
import { officer } from "./holder/people.mjs";
import {
  PIN, complaints, context, downloaded, given, gone, keyIsExtractable, logIn, nothingIsLeft, page, press, putAway, secrets, seen, state, turnTo,
} from "./holder/phone.mjs";
import { lookAround, showCodes, sign } from "./holder/session.mjs";
import { measureFirstCode } from "./holder/speed.mjs";
import { refusals, stages, time } from "./holder/troubles.mjs";

const { origin, nik, name, screenshots } = given;
for (const [what, value] of [["nik", nik], ["name", name], ["pin", PIN]]) secrets.set(what, value);

let failed = true;
try {
  await page.goto(`${origin}/app`);
  await enrol();
  await lookAround();
  await showCodes();
  await sign();
  await reloadAndTabs();
  await offline();
  await recover();
  await stages();
  await refusals();
  // It needs the phone's own clock, which is moved after it.
  await measureFirstCode();
  await time();
  await logIn();
  await leave();
  await enrolByKeyboard();
  await nothingIsLeft();
  assert.deepEqual(complaints, [], "the browser has nothing to complain about");
  failed = false;
} finally {
  await putAway({ failed });
}

/** A reload asks for the PIN and comes back; a second tab waits; leaving the app covers it. */
async function reloadAndTabs() {
  await press("Biodata");
  await seen(name);
  await page.reload();
  await seen("PIN (6 angka)");
  assert.equal(await page.getByText(name).count(), 0);
  await logIn();
  await seen(name);

  await page.evaluate(() => dispatchEvent(new Event("blur")));
  assert.equal(await page.getByText(name).first().isVisible(), false, "nothing is seen once the app is left");
  await page.screenshot({ path: path.join(screenshots, "holder-50-tertutup.png") });
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await seen(name);

  const first = page;
  await turnTo(await context.newPage());
  await page.goto(`${origin}/app`);
  await state("Aplikasi terbuka di tab lain", "51-tab-lain");
  await press("Gunakan di sini");
  await seen("PIN (6 angka)");
  await first.getByText("Aplikasi terbuka di tab lain").waitFor();
  assert.equal(await first.getByText(name).count(), 0, "the other tab has ended");
  await first.close();
  await logIn();
  await press("Kunci");
  await seen("PIN (6 angka)");

  // The session has left nothing in the history: the way back leads out of the app.
  await page.waitForFunction(() => history.state?.before === 0);
  await page.goBack();
  assert.equal(page.url(), "about:blank");
  await page.goto(`${origin}/app`);
  await seen("PIN (6 angka)");
}

/** Without a network the app opens, and says what waits for one. */
async function offline() {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await seen("PIN (6 angka)");
  await context.setOffline(true);
  await page.reload();
  await seen("PIN (6 angka)");
  // Not every browser knows at once that it is offline. One that does asks again by itself.
  const unanswered = /Mengulang tidak merugikan\.|Belum ada yang terkirim\./;
  await seen(unanswered);
  await context.setOffline(false);
  await press("Ulangi", { hasGone: true });
  await gone(unanswered);
  await context.setOffline(true);
  await page.getByLabel("PIN (6 angka)").fill(PIN);
  await press("Masuk");
  await seen("Belum ada yang terkirim.");
  assert.equal(await page.getByLabel("PIN (6 angka)").inputValue(), PIN, "what was typed is still there");
  await state("Masuk", "60-luring");
  await context.setOffline(false);
  await gone("Belum ada yang terkirim.");
  await context.setOffline(true);
  await press("Bantuan");
  await state("Pengaturan dan Bantuan", "61-bantuan-luring");
  await context.setOffline(false);
  await page.goto(`${origin}/app`);
  await seen("PIN (6 angka)");
}

/** A lock, an officer who unlocks, a service that cannot answer, and a phone whose clock is wrong. */
async function recover() {
  // The third wrong PIN locks, and the wait begins.
  for (let time = 1; time <= 3; time++) {
    const answered = page.waitForResponse((response) => response.url().endsWith("/sessions"));
    await page.getByLabel("PIN (6 angka)").fill("000000");
    await press("Masuk");
    await answered;
    await seen(time < 3 ? "PIN salah. Setelah tiga kali salah, PIN terkunci sementara." : "Terlalu banyak PIN salah.");
  }
  await seen("Coba lagi dalam 14 menit");
  await state("PIN terkunci", "70-terkunci");
  await page.reload();
  await seen("Coba lagi dalam 14 menit");
  await officer("POST", "/pin-unlocks", { nik }, 200, 204);
  await press("Petugas sudah membuka kunci");
  await logIn();

  // A second is not seen; a longer wait is, and then it is over.
  let refusals = 1;
  let wait = "1";
  await page.route("**/me", async (route) => {
    if (refusals-- > 0) await route.fulfill({ status: 503, headers: { "Retry-After": wait }, json: { message: "Service Unavailable" } });
    else await route.continue();
  });
  await press("Kembali", { mayBeMissing: true });
  await press("Biodata");
  await seen(name);
  [refusals, wait] = [1, "8"];
  await press("Kembali");
  await press("Biodata");
  await seen("Layanan sedang mengalami gangguan");
  await seen("Mencoba lagi dalam");
  await state("Biodata", "71-gangguan");
  await press("Coba sekarang", { hasGone: true });
  await seen(name);
  await page.unroute("**/me");
  await press("Kunci");

  // A clock that is two hours slow changes nothing.
  await page.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() - 7_200_000;
  });
  await page.reload();
  await logIn();
  await press("KTP Digital");
  await page.locator(".qr img").waitFor();
  assert.ok(Number.parseInt(await page.locator(".ring span").innerText()) > 60, "the ring is right");
  const slow = page;
  await turnTo(await context.newPage());
  await slow.close();
  await page.goto(`${origin}/app`);
  await seen("PIN (6 angka)");
}

/** The export, the erasure, and what is left in the browser. */
async function leave() {
  await page.goto(`${origin}/app#unduh-data`);
  const data = JSON.parse(readFileSync(await (await downloaded(() => press("Unduh"))).path(), "utf8"));
  assert.equal(data.registry.biodata.nik, nik);
  await state("Unduh data saya", "80-unduh-data");
  await page.goto(`${origin}/app#blokir`);
  await state("Blokir ponsel ini", "81-blokir");
  await press("Blokir");
  await seen("Blokir ponsel ini sekarang?");
  await press("Batal");
  assert.equal(await keyIsExtractable(), false);
  await nothingIsLeft();

  await page.goto(`${origin}/app#hapus`);
  await page.getByLabel("PIN (6 angka)").fill(PIN);
  await state("Hapus identitas digital", "82-hapus");
  await press("Hapus");
  await seen("Hapus identitas digital sekarang?");
  await page.getByRole("dialog").getByRole("button", { name: "Hapus", exact: true }).click();
  await state("Identitas digital sudah dihapus", "83-dihapus");
  await press("Selesai");
  await seen("KTP dan dokumen Anda di ponsel");
  assert.equal(await keyIsExtractable(), undefined, "the key is gone");
  await nothingIsLeft();
}
