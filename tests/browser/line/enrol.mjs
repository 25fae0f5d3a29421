// From *Selamat datang* to the first own PIN on a bad line, and the same once more on a good one.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { activate, mail, mails, officer } from "../holder/people.mjs";
import { answering, given, gone, logIn, page, press, scanned, secrets, seen, state } from "../holder/phone.mjs";
import { insist, plan, stopped, waitOut, withoutNetwork } from "./faults.mjs";

const { origin, nik, camera, wall } = given;

export const EMAIL = "wahyu.ponsel@contoh.id";
const PHONE = "0813-5555-1234";
for (const [what, value] of [["e-mail", EMAIL], ["phone", PHONE], ["phone as digits", PHONE.replaceAll("-", "")]]) secrets.set(what, value);

/** *Selamat datang* and what can be read before anything is typed. */
export async function lookIn() {
  // What differs between deployments may come late, or not at all.
  for (const fault of ["busy", "crowded", "cut"]) {
    plan("GET /app/{path}", fault);
    await page.goto("about:blank");
    await page.goto(`${origin}/app`);
    await seen("KTP dan dokumen Anda di ponsel");
  }
  await withoutNetwork();
  for (const way of ["Sudah pernah aktif di ponsel ini?", "Periksa tanda tangan", "Bantuan"]) {
    await press(way);
    await page.getByRole("button", { name: "Kembali" }).waitFor();
    await withoutNetwork();
    await press("Kembali");
    await seen("KTP dan dokumen Anda di ponsel");
  }
}

/** *Daftar* to the ticket. The service sees no face on the first photo, and says so over it. */
export async function register() {
  await press("Daftar");
  await seen("Pasang aplikasi");
  await withoutNetwork();
  await press("Lanjut tanpa memasang");
  await fillIn();
  await withoutNetwork();
  await press("Verifikasi Data");
  await seen("Ambil Foto");
  await withoutNetwork();
  await choose(wall);
  await press("Gunakan foto ini");
  await seen("Periksa dan kirim");
  await withoutNetwork();
  await press("Kirim pendaftaran");
  await adviceIsOverThePhoto();
  await choose(camera);
  await press("Gunakan foto ini");
  await insist("POST /registrations", () => press("Kirim pendaftaran"), { lost: "Mengulang tidak merugikan." });
  await press("Kirim pendaftaran");
  await seen("Tunjukkan ke petugas");
}

async function fillIn() {
  await page.getByLabel("NIK").fill(nik);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Nomor HP").fill(PHONE);
}

async function choose(file) {
  await page.locator("input[type=file]").setInputFiles(file);
  await seen("Gunakan foto ini");
}

/** What the service says of a photo is seen together with it, and the way on is another one. */
async function adviceIsOverThePhoto() {
  const advice = page.locator("main .notice.warning");
  await advice.waitFor();
  const [said, photo] = await Promise.all([advice, page.locator("img.photo")].map((part) => part.boundingBox()));
  assert.ok(said.y + said.height <= photo.y, "the advice is above the photo");
  assert.ok(said.y >= 0 && photo.y < page.viewportSize().height, "both are seen at once");
  assert.equal(await page.locator("main .button.primary").innerText(), "Ambil ulang");
  await state("Apakah wajah terlihat jelas?", "01-nasihat-foto");
}

/** The ticket: *Cek Status* by hand, and the stages that end a registration. */
export async function wait() {
  await withoutNetwork();
  // The screen asks by itself, too, while time passes.
  await stopped(() => insist("GET /registrations/{id}", () => press("Cek Status")));
  await gone(/Coba lagi dalam/);
  for (const [stage, title] of [["rejected", "Pendaftaran tidak disetujui"], ["ended", "Pendaftaran ini sudah berakhir"]]) {
    const json = { id: "FHE4GDQGARIVZ3MYWPIU7WEHKE", stage, registered_at: new Date().toISOString() };
    await answering("**/registrations/*", { json }, async () => {
      await page.reload();
      await seen(title);
      await withoutNetwork();
    });
  }
  await page.reload();
  await seen("Petugas yang memindai kode ini.");
}

/** An officer approves what is on the screen. Gives how many e-mails there were before. */
export async function beApproved() {
  const before = await mails(EMAIL);
  await officer("POST", `/registrations/by-ticket/${await scanned()}/decision`, { verdict: "approve", replace_device: true }, 200);
  await press("Cek Status", { hasGone: true });
  await seen("Pendaftaran disetujui");
  return before;
}

/** What became of the e-mail: what the service says of it, and what the resident reads. */
const DELIVERIES = {
  queued: "Email sedang dikirim.",
  sent: "Email sudah dikirim, biasanya tiba dalam 2 menit.",
  delivered: "Email sudah masuk. Lihat juga Spam dan Promosi.",
  unreachable: "Kotak surat Anda belum dapat dihubungi. Coba kirim ulang nanti.",
  "mailbox-full": "Kotak masuk Anda penuh. Hapus beberapa email, lalu kirim ulang.",
  "content-rejected": "Email tidak diterima kotak surat Anda. Minta petugas memakai alamat lain; Anda tidak perlu daftar ulang.",
  bounced: "Email tidak sampai. Minta petugas memperbaiki alamat; Anda tidak perlu daftar ulang.",
  complained: "Email kami ditandai spam. Tandai ‘bukan spam’, lalu kirim ulang.",
  refused: "Email tidak sampai. Minta petugas memperbaiki alamat; Anda tidak perlu daftar ulang.",
};
/** Where another e-mail to this address helps nobody. */
const ASTRAY = ["content-rejected", "bounced", "refused"];

export async function everyDeliveryHasItsWords() {
  const description = readFileSync(new URL("../../../infra/openapi.yaml", import.meta.url), "utf8");
  const [, values] = description.match(/enum: \[(queued, [^\]]+)\]/);
  assert.deepEqual(Object.keys(DELIVERIES).sort(), values.split(", ").sort());
  const [issued_at, code_expires_at] = [0, 86_400_000].map((later) => new Date(Date.now() + later).toISOString());
  for (const [delivery, words] of Object.entries(DELIVERIES)) {
    const activation_email = { delivery, issued_at, code_expires_at, resend_after: issued_at };
    const json = { id: "FHE4GDQGARIVZ3MYWPIU7WEHKE", stage: "approved", registered_at: issued_at, activation_email };
    await answering("**/registrations/*", { json }, async () => {
      const answered = page.waitForResponse((response) => response.url().includes("/registrations/"));
      await press("Cek Status");
      await answered;
      await seen(words);
    });
    const leadsToOffice = await page.locator("main a.button.primary, main p", { hasText: /kantor Dukcapil/ }).count();
    assert.equal(leadsToOffice > 0, ASTRAY.includes(delivery), delivery);
  }
}

/** The e-mail is sent once more on a bad line, and once: a lost answer is not the loss of the e-mail. */
export async function askForAnotherEmail(before) {
  await press("Cek Status");
  await gone("Email tidak sampai.");
  await withoutNetwork();
  await mail(before, EMAIL);
  await insist("POST /registrations/{id}/activation-emails", () => press("Kirim ulang email"));
  const newest = await mail(before + 1, EMAIL);
  await gone(/Email mungkin sudah dikirim|Coba lagi dalam/);
  assert.equal(await mails(EMAIL), before + 2, "one more e-mail");
  return newest;
}

/** The first log-in, and the PIN that has to be changed then: whether it was, nobody knows, and both is found out. */
export async function changeFirstPin(email, pin) {
  const code = await activated(email);
  // A start without an answer says so, and asks again by itself.
  plan("GET /registrations/{id}", "busy");
  await page.reload();
  await waitOut("busy", () => state("Masuk", "02-mulai-saat-gangguan"));
  await gone(/Mencoba lagi dalam/);
  await page.getByLabel("PIN (6 angka)").fill(code);
  await withoutNetwork();
  const entering = () => page.getByRole("button", { name: "Masuk", exact: true }).click();
  await insist("POST /sessions", entering, { lost: "PIN mungkin sudah diperiksa." });
  await entering();
  await seen("Ubah PIN/Kata Kunci");

  // The request was lost: the new PIN is not one, and the code still is.
  await typePins(code, pin);
  await withoutNetwork();
  plan("PUT /pin", "lost");
  await confirmPin();
  await seen("PIN mungkin sudah diperiksa.");
  await page.reload();
  await seen("PIN mungkin sudah berganti. Coba PIN baru dahulu.");
  await page.getByLabel("PIN (6 angka)").fill(pin);
  await entering();
  await seen("PIN salah.");
  const described = await page.evaluate(() => document.getElementById(document.activeElement.getAttribute("aria-describedby"))?.innerText);
  assert.match(described ?? "", /PIN salah\./, "a screen reader reads the field, and what is wrong with it");
  await logIn(code);

  // The answer was lost: the same once more ends the session, and the new PIN is one.
  await seen("Ubah PIN/Kata Kunci");
  await typePins(code, pin);
  await insist("PUT /pin", confirmPin, { lost: "PIN mungkin sudah diperiksa." });
  await confirmPin();
  await seen("PIN mungkin sudah berganti. Coba PIN baru dahulu.");
  await logIn(pin);
  await seen("Halaman Utama");
}

async function typePins(old, pin) {
  await page.getByLabel(/^(Kode aktivasi|PIN lama)$/).fill(old);
  await page.getByLabel("PIN baru", { exact: true }).fill(pin);
  await page.getByLabel("Ulangi PIN baru").fill(pin);
}

async function confirmPin() {
  await press("Ubah PIN");
  await press("Ya");
}

/** The activation, up to the log-in. Gives the first PIN. */
export async function activated({ code, link }) {
  secrets.set(`code ${secrets.size}`, code);
  await activate(link, code);
  await press("Cek Status", { hasGone: true });
  await seen("PIN (6 angka)");
  return code;
}

/** A registration on a good line, from the form to the log-in. Gives the first PIN. */
export async function enrolAgain() {
  await fillIn();
  await press("Verifikasi Data");
  await choose(camera);
  await press("Gunakan foto ini");
  await press("Kirim pendaftaran");
  await seen("Tunjukkan ke petugas");
  return activated(await mail(await beApproved(), EMAIL));
}

/** From the first PIN to the own one. */
export async function takeOwnPin(code, pin) {
  await logIn(code);
  await seen("Ubah PIN/Kata Kunci");
  await typePins(code, pin);
  await confirmPin();
  await seen("PIN sudah diganti. Masuk dengan PIN baru.");
  await logIn(pin);
  await seen("Halaman Utama");
}
