// From *Selamat datang* to the first QR code by keyboard alone. Whatever has the focus is on the screen, is seen to have it, and lies
// below nothing.

import assert from "node:assert/strict";

import { activate, mail, mails, officer } from "./people.mjs";
import { PATIENCE, given, page, scanned, secrets, seen } from "./phone.mjs";

const { origin, camera, other_nik: nik } = given;

const EMAIL = "hadi.ponsel@contoh.id";
const PHONE = "081398765499";
/** The PIN that is chosen. */
const PIN = "628314";
for (const [what, value] of [["other nik", nik], ["other e-mail", EMAIL], ["other phone", PHONE], ["other PIN", PIN]]) secrets.set(what, value);

export async function enrolByKeyboard() {
  await page.goto(`${origin}/app`);
  await titled("KTP dan dokumen Anda di ponsel");
  await choose("Daftar");
  await titled("Pasang aplikasi");
  await choose("Lanjut tanpa memasang");
  await titled("Daftar");
  await write("NIK", nik);
  await write("Email", EMAIL);
  await write("Nomor HP", PHONE);
  await choose("Verifikasi Data");

  await titled("Ambil Foto");
  const choosing = page.waitForEvent("filechooser");
  await choose("Pilih berkas foto", "Space");
  await (await choosing).setFiles(camera);
  await titled("Apakah wajah terlihat jelas?");
  await choose("Gunakan foto ini");
  await titled("Periksa dan kirim");
  await choose("Kirim pendaftaran");

  await titled("Tunjukkan ke petugas");
  const before = await mails(EMAIL);
  await officer("POST", `/registrations/by-ticket/${await scanned()}/decision`, { verdict: "approve", replace_device: true }, 200);
  await choose("Cek Status");
  await titled("Pendaftaran disetujui");
  const { code, link } = await mail(before, EMAIL);
  secrets.set("other code", code);
  await activate(link, code);
  await page.bringToFront();

  // The screen turns by itself.
  await titled("Masuk");
  await write("PIN (6 angka)", code, "Enter");
  await titled("Ubah PIN/Kata Kunci");
  await write("Kode aktivasi", code);
  await write("PIN baru", PIN);
  await write("Ulangi PIN baru", PIN, "Enter");
  await choose("Ya");
  await seen("PIN sudah diganti. Masuk dengan PIN baru.");
  await write("PIN (6 angka)", PIN, "Enter");
  await titled("Halaman Utama");
  await choose("KTP Digital");
  await titled("KTP Digital");
  await choose("Tampilkan kode QR");
  assert.match(await scanned(), /^[A-Z2-7]{32}$/);
  await reach("Kode QR KTP Digital");
  await scansAtFourTimesTheSize();
}

async function titled(title) {
  await page.locator("h1", { hasText: title }).first().waitFor({ timeout: PATIENCE });
}

async function write(label, text, ...keys) {
  await reach(label);
  await page.keyboard.type(text);
  for (const key of keys) await page.keyboard.press(key);
}

async function choose(name, key = "Enter") {
  await reach(name);
  await page.keyboard.press(key);
}

/** Goes on with Tab until something of this name has the focus. Past the last one the focus would leave the page for good. */
async function reach(name) {
  const passed = [];
  for (let step = 0; step < 20; step++) {
    const focused = await page.evaluate(look);
    assert.deepEqual(focused.faults, [], `the focus is on "${focused.name}"`);
    if (focused.name.includes(name)) return;
    passed.push(focused.name);
    await page.keyboard.press("Tab");
  }
  assert.fail(`no way to "${name}" by Tab: ${passed.join(", ")}`);
}

/** What has the focus, and what keeps a person from seeing that. */
function look() {
  const element = document.activeElement;
  if (element === null || element.matches("body, h1, dialog")) return { name: "", faults: [] };
  const box = element.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const top = document.elementFromPoint(x, y);
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const lock = document.querySelector(".lock")?.getBoundingClientRect();
  const overlaps = lock && box.left < lock.right && lock.left < box.right && box.top < lock.bottom && lock.top < box.bottom;
  const faults = {
    "it is not shown": !element.checkVisibility(),
    "it is not on the screen": box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth,
    "something lies over it": top !== element && !element.contains(top),
    "its focus is not seen": (outlineStyle === "none" || Number.parseFloat(outlineWidth) < 2) && boxShadow === "none",
    "the lock lies over it": overlaps === true && !element.matches(".lock"),
  };
  const name = [element.labels?.[0]?.innerText, element.getAttribute("aria-label"), element.innerText].filter(Boolean).join(" ");
  return { name, faults: Object.keys(faults).filter((fault) => faults[fault]) };
}

/** In the low window of 400 %, too, the lock leaves the code free. */
async function scansAtFourTimesTheSize() {
  await page.setViewportSize({ width: 320, height: 256 });
  const overlaps = await page.evaluate(() => {
    document.querySelector(".qr").scrollIntoView({ block: "start" });
    const [code, lock] = [".qr", ".lock"].map((part) => document.querySelector(part).getBoundingClientRect());
    return code.left < lock.right && lock.left < code.right && code.top < lock.bottom && lock.top < code.bottom;
  });
  assert.equal(overlaps, false, "the lock lies over the code");
  await page.setViewportSize({ width: 360, height: 640 });
}
