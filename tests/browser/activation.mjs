// The activation page in a real browser, by keyboard alone: from the e-mail's link to the active status.
//
// Reads one JSON object from the environment variable ACTIVATION: link, code, locale, words, screenshots (a folder),
// chromium (the browser's path) and modules (where playwright-core is installed). Ends with a stack trace on the
// first thing that is not as it should be.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

const { link, code, locale, words, screenshots, chromium: executablePath, modules } = JSON.parse(process.env.ACTIVATION);
const { chromium } = createRequire(path.join(modules, "package.json"))("playwright-core");

const browser = await chromium.launch({
  executablePath,
  args: ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
try {
  const context = await browser.newContext({ locale, viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  const visited = new Set();
  page.on("request", (request) => visited.add(new URL(request.url()).origin));
  const shot = (name) => page.screenshot({ path: path.join(screenshots, `activation-${locale}-${name}.png`), fullPage: true });
  const heading = () => page.locator("h1").innerText();
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.name);
  /** Goes on with Tab until the named element has the focus. */
  const tabTo = async (name) => {
    for (let step = 0; step < 12; step++) {
      if ((await focused()) === name) return;
      await press("Tab");
    }
    assert.fail(`no way to "${name}" by Tab; the focus is on "${await focused()}"`);
  };

  await page.goto(link);
  assert.equal(await heading(), words.title);
  assert.equal(await page.locator("html").getAttribute("lang"), locale.slice(0, 2));
  assert.ok(await page.locator("img").evaluate((image) => image.complete && image.naturalWidth === 240), "the captcha shows");
  await shot("1-form");

  // The code's field has the focus; the picture is left out for the work.
  assert.equal(await focused(), "code");
  await page.keyboard.type(code);
  await tabTo(words.work);
  await press("Enter");
  await page.locator("#work-state", { hasText: words.done }).waitFor({ timeout: 60_000 });
  await shot("2-worked");
  await tabTo(words.activate);
  await press("Enter");

  await page.locator("h1", { hasText: words.confirm }).waitFor();
  assert.equal(await focused(), words.yes);
  await shot("3-confirm");
  await press("Enter");

  await page.locator("h1", { hasText: words.succeeded }).waitFor();
  assert.equal(await focused(), words.close);
  await shot("4-activated");
  await press("Enter");

  await page.locator("h1", { hasText: words.active }).waitFor();
  await shot("5-active");
  assert.deepEqual(complaints, [], "the browser has nothing to complain about");
  assert.deepEqual([...visited].filter((origin) => origin !== "null"), [new URL(link).origin], "nothing comes from elsewhere");
} finally {
  await browser.close();
}
