// The counter's page in a real browser: every state, by keyboard, scanner and camera, at two widths, in both themes.
//
// Reads one JSON object from the environment variable COUNTER: address (the page), control (where codes and mishaps are asked
// for), film (what the camera sees), screenshots (a folder), chromium (the browser's path) and modules (where playwright-core and
// @axe-core/playwright are installed). Ends with a stack trace on the first thing that is not as it should be.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

import { cutText, moving } from "./look.mjs";

const { address, control, film, screenshots, chromium: executablePath, modules } = JSON.parse(process.env.COUNTER);
const installed = createRequire(path.join(modules, "package.json"));
const { chromium } = installed("playwright-core");
const { AxeBuilder } = installed("@axe-core/playwright");

/** Asks for a code, a mishap or a restart. */
async function ask(what, which = "now") {
  const answer = await fetch(`${control}/${what}/${which}`, { method: "POST" });
  assert.ok(answer.ok, `${what} ${which}`);
  return answer.json();
}

const browser = await chromium.launch({
  executablePath,
  args: [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${film}`,
  ],
});
try {
  const context = await browser.newContext({ locale: "id-ID", timezoneId: "Asia/Jakarta", viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const visited = new Set();
  page.on("request", (request) => visited.add(new URL(request.url()).origin));

  const heading = () => page.locator("#outcome h2").innerText();
  const text = () => page.locator("#outcome").innerText();
  const outcome = (title) => page.locator("#outcome h2", { hasText: title }).waitFor({ timeout: 15_000 });
  const gone = () => page.locator("#outcome").waitFor({ state: "hidden" });
  const press = (key) => page.keyboard.press(key);
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  const keyboard = await context.newCDPSession(page);
  /** Types as a scanner does, with its line end: each key is on its way before the one before has had its effect. */
  const scan = (code, ends = ["Enter"]) => {
    // The last key is the one of now.
    let timestamp = Date.now() / 1000 - (code.length + ends.length) * 0.01;
    const events = [...code, ...ends].flatMap((pressed) => {
      const [key, modifiers] = pressed.startsWith("Control+") ? [pressed.at(-1), 2] : [pressed, 0];
      const windowsVirtualKeyCode = { Enter: 13, Control: 17 }[key] ?? key.toUpperCase().charCodeAt(0);
      const text = key === "Enter" ? "\r" : modifiers === 0 && key.length === 1 ? key : undefined;
      return ["keyDown", "keyUp"].map((type) => ({
        type, key, modifiers, windowsVirtualKeyCode, text: type === "keyDown" ? text : undefined, timestamp: (timestamp += 0.004),
      }));
    });
    return Promise.all(events.map((event) => keyboard.send("Input.dispatchKeyEvent", event)));
  };
  /** Looks at a state as people see it and as assistive technology does, in each width and theme. */
  const look = async (name) => {
    for (const [width, colorScheme] of [[360, "light"], [1280, "dark"], [1280, "light"], [360, "dark"]]) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `${name}: ${overflow} pixels too wide at ${width}`);
      assert.equal(await page.evaluate(countFilled), 1, `${name}: one button is the next step`);
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`), []);
      if (colorScheme === "light") assert.deepEqual(await cutText(page), [], `${name} at ${width}`);
      if ((width === 360) === (colorScheme === "light")) {
        await page.screenshot({ path: path.join(screenshots, `counter-${name}-${width}.png`), fullPage: true });
      }
    }
    // 1280 pixels at 200 %.
    await page.setViewportSize({ width: 640, height: 400 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name}: ${overflow} pixels too wide at 200 %`);
    assert.deepEqual(await cutText(page), [], `${name} at 200 %`);
    assert.deepEqual(await moving(page), [], name);
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 800 });
  };

  /** How many buttons that are seen are filled. */
  const countFilled = () => {
    const isFilled = (button) => button.checkVisibility() && getComputedStyle(button).backgroundColor === getComputedStyle(button).borderColor;
    return [...document.querySelectorAll("button")].filter(isFilled).length;
  };

  // C1: the service does not answer, then it does.
  await ask("mishap", "no-service");
  await page.clock.install();
  await page.goto(address);
  await outcome("Loket belum siap");
  assert.match(await text(), /Layanan tidak menjawab/);
  await look("1-not-ready");
  await page.getByRole("button", { name: "Periksa lagi" }).click();
  await page.locator("#organisation", { hasText: /^Bank Madiun$/ }).waitFor();
  await gone();

  // C2: a purpose has to be chosen where there are several, and stays.
  await page.locator("#field").focus();
  // At a clerk's speed: a scanner is faster.
  await page.keyboard.type(await ask("code", "unknown"), { delay: 60 });
  await press("Enter");
  await outcome("Pilih tujuan dahulu");
  await look("2-purpose");
  await page.getByLabel("Pembukaan rekening").focus();
  await press("Space");
  await gone();
  assert.ok(await page.getByLabel("Pembukaan rekening").isChecked());

  // C3: what is no code is not sent.
  await press("F2");
  assert.equal(await focused(), "field");
  await page.keyboard.type("3577014507900003");
  await press("Enter");
  await outcome("Belum diperiksa");
  assert.match(await text(), /bukan kode QR .* Belum ada yang terkirim/s);
  await press("Escape");
  await scan(await ask("code", "ticket"));
  await outcome("Belum diperiksa");
  assert.match(await text(), /QR pendaftaran untuk petugas Dukcapil/);
  await look("3-ticket");
  await press("Escape");
  await gone();

  // C5: verified, prolonged once, and gone when its time is over.
  const code = await ask("code", "verified");
  await scan(code);
  await outcome("Terverifikasi");
  assert.equal(await focused(), "outcome-title");
  for (const said of [/SITI AMINAH/, /3577\s*0145\s*0790\s*0003/, /5 Juli 1990/, /Tidak diberikan: Jenis kelamin, Foto kependudukan/, /WIB/, /cocok/]) {
    assert.match(await text(), said);
  }
  await look("5-verified");
  await page.clock.fastForward(30_000);
  assert.match(await page.locator("#left").innerText(), /Hilang dalam (2\d|30) detik/);
  await press("F8");
  assert.match(await page.locator("#left").innerText(), /Hilang dalam (8\d|90) detik/);
  await page.clock.fastForward(70_000);
  await page.locator("#live", { hasText: "Hilang dalam" }).waitFor({ state: "attached" });
  await page.clock.fastForward(25_000);
  await gone();
  assert.doesNotMatch(await page.content(), /SITI AMINAH|35770145/);
  assert.equal(await ask("files"), 0);

  // The same code again is the clerk's choice.
  await page.locator("#language").focus();
  await scan(code, ["Enter", "Enter"]);
  await outcome("Sudah dipindai");
  assert.equal(await page.locator("#language").innerText(), "English", "a scan presses no button");
  await look("7-before");
  await page.getByRole("button", { name: "Tampilkan lagi (tercatat)" }).click();
  await outcome("Terverifikasi");

  // A new scan takes the old result away; what may be seen follows the holder.
  await scan(await ask("code", "photo"));
  await page.locator("#outcome img").waitFor();
  assert.ok(await page.locator("#outcome img").evaluate((image) => image.complete && image.naturalWidth > 0), "the photograph shows");
  await look("5-photo");
  await scan(await ask("code", "child"));
  await page.locator("#outcome", { hasText: "TIDAK" }).waitFor();
  assert.match(await text(), /Usia 17\+\s*TIDAK/);
  assert.doesNotMatch(await text(), /SITI AMINAH/);
  await look("5-age");
  await page.getByRole("button", { name: "Selesai" }).focus();
  await press("Enter");
  await gone();
  assert.equal(await focused(), "field");

  // An article's barcode presses no button and stays in no text.
  await page.locator("#language").focus();
  await scan("8992761111113", ["Enter", "Enter"]);
  assert.equal(await page.locator("#language").innerText(), "English", "a short scan presses no button");
  assert.ok(await page.locator("#outcome").isHidden());
  // A line end may be Ctrl+J, or missing.
  for (const [unknown, ends] of [["C".repeat(32), ["Control", "Control+j"]], ["D".repeat(32), []]]) {
    await scan(unknown, ends);
    if (ends.length === 0) await page.clock.fastForward(1_000);
    await outcome("Ulangi");
    await press("Escape");
    await gone();
    await page.clock.fastForward(2_000);
  }

  // Hiding the page takes the result away.
  await scan(await ask("code", "verified"));
  await outcome("Terverifikasi");
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
    delete document.hidden;
  });
  await gone();

  // C6: the holder is asked. A lost network is said, and a restart goes on with the same digits.
  await scan(await ask("code", "asked"));
  await outcome("Menunggu pemilik");
  const digits = await page.locator(".said").innerText();
  assert.match(digits, /^\d\d$/);
  assert.ok(Number.parseFloat(await page.locator(".said").evaluate((said) => getComputedStyle(said).fontSize)) >= 56);
  assert.match(await page.locator(".ring").innerText(), /^(5\d|60) detik$/);
  await look("6-asking");
  for (let turn = 0; turn < 6; turn++) await ask("mishap", "cut-off");
  await page.locator("#lost", { hasText: "Jawaban pemilik tidak hilang." }).waitFor();
  await look("6-lost");
  for (const pause of [2_000, 4_000, 8_000, 8_000]) {
    await page.waitForTimeout(200);
    await page.clock.fastForward(pause);
  }
  await page.locator("#lost", { hasText: /^$/ }).waitFor({ state: "attached" });
  assert.equal(await page.locator(".said").innerText(), digits);
  await Promise.all([page.waitForEvent("load"), ask("restart")]);
  await page.locator("#open button").click();
  await outcome("Menunggu pemilik");
  assert.equal(await page.locator(".said").innerText(), digits);
  await ask("answer", digits);
  await outcome("Terverifikasi");
  assert.doesNotMatch(await text(), /ditampilkan lagi/);
  assert.equal(await ask("files"), 0);
  await press("Escape");
  await page.getByLabel("Pembukaan rekening").check();
  for (const [answer, title, name] of [
    [["answer", "refuse"], "Pemilik menolak. Tidak ada data.", "6-declined"],
    [["pass", "60"], "Pemilik tidak menjawab. Minta kode baru.", "6-silent"],
  ]) {
    await scan(await ask("code", "asked"));
    await outcome("Menunggu pemilik");
    await ask(...answer);
    await outcome(title);
    await look(name);
    await page.getByRole("button", { name: "Pindai lagi" }).click();
    await gone();
  }

  // C7: each kind of refusal.
  for (const [name, kind, title] of [
    ["7-scan-again", "unknown", "Ulangi"],
    ["7-nothing-shared", "nothing", "Ulangi"],
    ["7-do-not-accept", "blocked", "Jangan terima"],
  ]) {
    await scan(await ask("code", kind));
    await outcome(title);
    await page.locator("#outcome summary").click();
    await look(name);
    await press("Escape");
    await gone();
    await page.clock.fastForward(2_000);
  }
  await ask("mishap", "forged");
  await scan(await ask("code", "verified"));
  await outcome("Jangan terima");
  assert.match(await text(), /Tanda tangan layanan tidak cocok/);
  await look("7-forged");
  await press("Escape");

  // An attempt that the program does not know any more has a sentence of its own.
  await page.route("**/answer", (route) => route.fulfill({ status: 404 }));
  await scan(await ask("code", "verified"));
  await outcome("Sudah tidak tercatat");
  await look("7-not-recorded");
  await page.unroute("**/answer");
  await press("Escape");
  await page.locator("#open button").click();
  await outcome("Terverifikasi");
  await press("Escape");
  await page.locator("#open").waitFor({ state: "hidden" });

  // The same code within two seconds counts once, and not for ever.
  const held = await ask("code", "verified");
  await scan(held);
  await outcome("Terverifikasi");
  await scan(held);
  await page.clock.fastForward(1_000);
  await scan(held);
  assert.equal(await heading(), "Terverifikasi");
  await page.clock.fastForward(1_500);
  await scan(held);
  await outcome("Sudah dipindai");
  await press("Escape");
  await page.clock.fastForward(2_000);

  // C8: lost answers are asked for again by themselves, and once the patience is used up by hand; the code is not lost.
  await ask("mishap", "lost");
  await ask("mishap", "busy");
  await scan(await ask("code", "verified"));
  await outcome("Jawaban belum sampai");
  await page.clock.fastForward(500);
  await page.locator("#outcome", { hasText: "Menanyakan lagi (2)" }).waitFor();
  assert.match(await text(), /Kode tidak hangus/);
  await look("8-asking-again");
  await page.clock.fastForward(60_000);
  await outcome("Terverifikasi");
  await press("Escape");
  for (let turn = 0; turn < 6; turn++) await ask("mishap", "down");
  await scan(await ask("code", "verified"));
  await outcome("Tunggu");
  assert.match(await text(), /Layanan sedang mengalami gangguan/);
  for (const pause of [1_000, 1_000, 2_000, 4_000, 8_000]) {
    await page.waitForTimeout(200);
    await page.clock.fastForward(pause);
  }
  await page.getByRole("button", { name: "Tanya lagi" }).waitFor();
  await look("8-no-answer");
  await press("Escape");
  await page.locator("#open", { hasText: "1 pindaian belum terjawab" }).waitFor();
  await look("8-open");

  // The program ends and starts again: the page loads again, and the attempt is still there.
  assert.equal(await ask("files"), 1);
  await ask("restart");
  await Promise.all([page.waitForEvent("load"), scan(await ask("code", "unknown"))]);
  await page.locator("#open", { hasText: "1 pindaian belum terjawab" }).waitFor();
  await page.locator("#open button").click();
  await outcome("Terverifikasi");
  await page.locator("#open").waitFor({ state: "hidden" });
  assert.equal(await ask("files"), 0);
  await press("Escape");

  // English, and back.
  await page.locator("#language").click();
  await page.locator("#panel", { hasText: "Purpose" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.getByLabel("Opening an account").check();
  await scan(await ask("code", "verified"));
  await outcome("Verified");
  assert.match(await text(), /5 July 1990/);
  await look("5-english");
  await page.locator("#language").click();
  await outcome("Terverifikasi");
  await press("Escape");

  // The camera.
  await ask("film");
  await page.getByRole("button", { name: "Gunakan kamera" }).click();
  await page.locator("video").waitFor();
  await outcome("Terverifikasi");
  assert.equal(await page.locator("video").count(), 0, "the camera is closed");

  const kept = await page.evaluate(() => [Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]);
  assert.deepEqual(kept, [[["language", "id"]], [], ""], "nothing else is kept");
  const expected = complaints.filter((complaint) => !/status of (403|404)/.test(complaint));
  assert.deepEqual(expected, [], "the browser has nothing to complain about");
  assert.deepEqual([...visited].filter((origin) => origin !== "null"), [new URL(address).origin], "nothing comes from elsewhere");
} finally {
  await browser.close();
}
