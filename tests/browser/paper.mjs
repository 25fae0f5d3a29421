// The page of a printed document's code in a real browser: what it shows of genuine, altered, foreign, expired and revoked paper,
// of a code without content, and without scripts. Every state is looked at by axe, and nothing of the paper is left in the browser.
//
// Reads one JSON object from the environment variable PAPER: card, family and revoked (what the codes of prints hold: a KTP-el, a
// KK and one that was revoked), screenshots (a folder), chromium (the browser's path) and modules (a node_modules with
// playwright-core and axe). Ends with a stack trace on the first thing that is not as it should be.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const { card, family, revoked, screenshots, chromium: executablePath, modules } = JSON.parse(process.env.PAPER);
const required = createRequire(path.join(modules, "package.json"));
const { chromium } = required("playwright-core");
const { AxeBuilder } = required("@axe-core/playwright");

const NIK = "3577011203880001";
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const browser = await chromium.launch({
  executablePath,
  args: ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const context = await browser.newContext({ locale: "id-ID", viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));

  /** The only heading that is shown is this one; the state is clean to axe, and fits a narrow window. */
  const state = async (heading, shot) => {
    const shown = page.locator("h1:visible");
    await page.locator("h1:visible", { hasText: heading }).waitFor();
    assert.equal(await shown.count(), 1);
    const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`), [], shot);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${shot}: ${wide} px too wide`);
    assert.ok(!page.url().includes("#"), "the content stays in the address");
    await page.screenshot({ path: path.join(screenshots, `paper-${shot}.png`), fullPage: true });
  };
  const says = async (...texts) => {
    const text = await page.locator("main").innerText();
    for (const expected of texts) assert.ok(text.includes(expected), `${expected} is missing: ${text}`);
  };
  /** Opens a code with another page below it. */
  const openAltered = async (code, alter) => {
    const address = code.split("#")[0];
    await page.route(`${address}*`, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: alter(await answer.text()) });
    });
    // From one code of an address to the next, a browser asks for nothing.
    await page.goto("about:blank");
    await page.goto(code);
    await page.unroute(`${address}*`);
  };

  await page.goto(card);
  await state("Cocokkan dengan kertas di tangan Anda", "01-asli");
  await says("KTP-el", "BUDI SANTOSO", NIK, "12-03-1988", "JL. PAHLAWAN NO. 37", "KOTA MADIUN");
  assert.ok(!(await page.locator("main").innerText()).includes("Kartu Keluarga"));
  await page.locator("#language").click();
  await state("Compare with the paper in your hands", "02-genuine");
  await says("Electronic ID card", "BUDI SANTOSO", NIK);

  await page.goto(family);
  await state("Cocokkan dengan kertas di tangan Anda", "03-keluarga");
  await says("3577010101100001", "BUDI SANTOSO", "KEPALA KELUARGA", "SITI AMINAH", "ISTRI", "ANAK");

  // Below another name, with another character, read in half.
  const [address, content] = card.split("#");
  const at = Math.floor(content.length / 2);
  const changed = content.slice(0, at) + (content[at] === "A" ? "B" : "A") + content.slice(at + 1);
  for (const forged of [`${address}#${family.split("#")[1]}`, `${address}#${changed}`, `${address}#${content.slice(0, at)}`]) {
    await page.goto(forged);
    await state("Isi kode ini diubah", "04-diubah");
    assert.ok(!(await page.locator("main").innerText()).includes("BUDI"));
  }

  await openAltered(card, (html) => html.replaceAll(/(kid&#34;:&#34;)(.)/g, (_, before, first) => before + (first === "x" ? "y" : "x")));
  await state("Kode ini bukan dari layanan ini", "05-asing");
  await openAltered(card, (html) => html.replace(/data-now="(\d+)"/, (_, now) => `data-now="${Number(now) + 366 * 86_400}"`));
  await state("Salinan ini sudah kedaluwarsa", "06-kedaluwarsa");
  await page.goto(revoked);
  await state("Salinan ini dicabut", "07-dicabut");
  await page.goto(address);
  await state("Dokumen dengan kode ini pernah diterbitkan", "08-tanpa-isi");
  // The same tab scans the code that was typed before.
  await page.evaluate((scanned) => { location.hash = scanned; }, content);
  await state("Cocokkan dengan kertas di tangan Anda", "01-asli");
  await page.goto(new URL("AEAQCAIBAEAQCAIBAEAQCAIBAE", address).href);
  await state("Dokumen ini tidak dikenal", "09-tidak-dikenal");

  const plain = await (await browser.newContext({ locale: "id-ID", javaScriptEnabled: false })).newPage();
  await plain.goto(card);
  assert.match(await plain.locator("h1:visible").innerText(), /pernah diterbitkan/);

  assert.deepEqual(complaints, [], "the browser has nothing to complain about");
  assert.deepEqual(asked.filter((url) => new URL(url).origin !== new URL(card).origin), [], "nothing comes from elsewhere");
  const kept = await page.evaluate(async () =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state, await caches.keys()]));
  assert.ok(!kept.includes(NIK), kept);
} finally {
  await browser.close();
}
