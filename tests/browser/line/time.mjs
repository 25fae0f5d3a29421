// What time does: a slow line, a code that is counted down and heard, an app that is left. The phone's clock stands still
// meanwhile, and goes on only where it is told to.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";

import { folder, given, gone, logIn, page, press, seen } from "../holder/phone.mjs";
import { stopped } from "./faults.mjs";

const { name } = given;

const pass = (milliseconds) => page.clock.runFor(milliseconds);

/** The words of waiting, and the end of patience. */
export async function waitOnSlowLine() {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/me", async (route) => {
    await held;
    await route.abort().catch(() => undefined);
  });
  const said = () => page.locator("main p[role=status]").innerText();
  await stopped(async () => {
    const asked = page.waitForRequest("**/me");
    await press("Biodata");
    await asked;
    let passed = 0;
    for (const [at, before, after] of [
      [400, "", "Memuat…"],
      [3_000, "Memuat…", "Masih menunggu jawaban…"],
      [10_000, "Masih menunggu jawaban…", "Jaringan lambat. Jangan tutup aplikasi."],
    ]) {
      await pass(at - 1 - passed);
      assert.equal(await said(), before, `just before ${at} ms`);
      await pass(1);
      assert.equal(await said(), after, `after ${at} ms`);
      passed = at;
    }
    await pass(20_000 - passed);
    await seen("Mengulang tidak merugikan.");
    assert.equal(await said(), "");
  });
  release();
  await page.unroute("**/me");
  await press("Ulangi");
  await seen(name);
  await press("Kembali");
}

/** What a screen reader says by itself while a code lives: its title, 30 seconds, 10 seconds, the end. The ring steps all the same. */
export async function countDown() {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await press("KTP Digital");
  await page.locator(".qr img").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.innerText), "Tunjukkan ke staf loket", "the title is heard");
  // An answer would set the app's clock back to the service's, which stands still for nobody.
  await page.route("**/qr-codes/current", (route) => route.abort());
  await page.evaluate(listen);
  await stopped(async () => {
    const [first, ...steps] = await ring(5);
    for (const [at, step] of steps.entries()) {
      assert.equal(step.seconds, first.seconds - at - 1, "the ring says each second");
      assert.ok(step.gone > first.gone, "the ring steps");
    }
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0, "nothing moves");
    await pass(90_000);
    await seen("Lihat Histori Aktivitas untuk mengetahui apakah kode ini dipindai.");
  });
  const heard = await page.evaluate(() => globalThis.heard);
  assert.deepEqual(heard.slice(0, 2), ["Sisa 30 detik", "Sisa 10 detik"]);
  assert.ok(heard.slice(2).some((text) => text === "Kode kedaluwarsa."), heard.join(" | "));
  assert.ok(heard.length <= 5, heard.join(" | "));
  await page.unroute("**/qr-codes/current");
  await page.emulateMedia({ reducedMotion: null });
  await press("Kembali");
}

/** So many looks at the ring, one second after the other. */
async function ring(looks) {
  const found = [];
  for (let look = 0; look < looks; look++) {
    await pass(1_000);
    found.push(await page.evaluate(() => ({
      seconds: Number.parseInt(document.querySelector(".ring span").innerText, 10),
      gone: Number(document.querySelector(".ring .left").getAttribute("stroke-dashoffset")),
    })));
  }
  return found;
}

/** An error is heard once, and not again with each second of its wait. */
export async function hearError() {
  await page.evaluate(listen);
  const outage = { status: 503, headers: { "Retry-After": "60" }, json: { message: "Service Unavailable" } };
  await page.route("**/me/family", (route) => route.fulfill(outage));
  await stopped(async () => {
    await press("Data Keluarga");
    await seen("Mencoba lagi dalam");
    await pass(30_000);
    await seen("Mencoba lagi dalam 30 detik.");
  });
  const heard = await page.evaluate(() => globalThis.heard);
  assert.equal(heard.length, 1, heard.join(" | "));
  assert.match(heard[0], /Masalah: Layanan sedang mengalami gangguan/);
  await page.unroute("**/me/family");
  await press("Coba sekarang");
  await seen(name);
  await press("Kembali");
}

/** Notes what a screen reader would say by itself from now on: live regions that change, and alerts that appear. */
function listen() {
  const heard = (globalThis.heard = []);
  const LIVE = "[aria-live], [role=status], [role=alert], [role=timer]";
  const last = new Map();
  const isLive = (region) => (region.getAttribute("aria-live") ?? region.getAttribute("role")?.replace("timer", "off")) !== "off";
  const say = (region) => {
    // What counts inside of a region is not read with it.
    const copy = region.cloneNode(true);
    for (const quiet of copy.querySelectorAll("[aria-live=off], [aria-hidden=true]")) quiet.remove();
    const text = copy.textContent.replace(/\s+/g, " ").trim();
    if (text !== "" && last.get(region) !== text) heard.push(text);
    last.set(region, text);
  };
  const around = (node) => (node instanceof Element ? node : node.parentElement)?.closest(LIVE);
  new MutationObserver((changes) => {
    const regions = new Set();
    for (const { target, addedNodes } of changes) {
      if (around(target)) regions.add(around(target));
      for (const node of addedNodes) {
        const within = node instanceof Element ? [node, ...node.querySelectorAll("*")] : [];
        for (const region of within.filter((element) => element.matches(LIVE))) regions.add(region);
      }
    }
    for (const region of regions) if (region.isConnected && isLive(region)) say(region);
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}

/** An app that is left is covered at once, and locked after two minutes; the choice of a file takes as long as it takes. */
export async function leaveTheApp(pin) {
  await press("Biodata");
  await seen(name);
  await stopped(async () => {
    await away(119_000);
    await seen(name);
    await away(121_000, { isLocked: true });
    await seen("Sesi berakhir. Masuk lagi.");
  });
  await logIn(pin);
  await seen(name);
  await press("Kembali");

  await press("Tanda Tangan Elektronik");
  const choosing = page.waitForEvent("filechooser");
  await press("Pilih berkas");
  const chooser = await choosing;
  const file = path.join(folder, "pilih.txt");
  writeFileSync(file, "dipilih lama");
  await stopped(async () => {
    await away(30_000, { meanwhile: () => chooser.setFiles(file) });
    await seen("pilih.txt");
    assert.equal(await page.getByText("Sesi berakhir. Masuk lagi.").count(), 0);
  });
  await press("Kembali");
  await gone("pilih.txt");
}

/** Another app is before this one for a while: nothing of this one is seen, also not where it has locked meanwhile. */
async function away(milliseconds, { isLocked = false, meanwhile } = {}) {
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  const isCovered = () => page.evaluate(() => {
    const [main, cover] = ["main", ".cover"].map((part) => document.querySelector(part).checkVisibility());
    return cover && !main;
  });
  assert.ok(await isCovered(), "covered at once");
  await pass(milliseconds);
  assert.ok(await isCovered(), "covered all the time");
  assert.equal(await page.getByRole("button", { name: "Kunci", includeHidden: true, exact: true }).count(), isLocked ? 0 : 1);
  await meanwhile?.();
  await page.evaluate(() => {
    delete document.visibilityState;
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  assert.equal(await isCovered(), false);
}
