// *Daftar*, *Ambil Foto*, the ticket, the activation, and the change of the first PIN.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { EMAIL, activate, mail, mails, officer } from "./people.mjs";
import {
  PIN, answering, counting, cutting, given, gone, inspectSelfie, logIn, page, press, problem, scanned, secrets, seen, state,
} from "./phone.mjs";

const { origin, nik, camera } = given;

/** The PIN that is chosen first. */
const FIRST_PIN = "285714";
const PHONE = "0813-9876-5432";
for (const [what, value] of [["e-mail", EMAIL], ["phone", "081398765432"], ["phone as typed", PHONE], ["first PIN", FIRST_PIN]]) secrets.set(what, value);

/** *Daftar* to the first log-in. */
export async function enrol() {
  await state("KTP dan dokumen Anda di ponsel", "01-selamat-datang");
  assert.equal(await page.locator("html").getAttribute("lang"), "id");
  await press("Daftar");
  await state("Pasang aplikasi", "02-pasang");
  await press("Lanjut tanpa memasang");
  await state("Daftar", "03-daftar");

  // A reload empties the form, and says so where it began.
  await page.getByLabel("NIK").fill(nik);
  await page.reload();
  await seen("Isian tidak disimpan demi keamanan.");
  await press("Daftar");
  await press("Lanjut tanpa memasang");
  assert.equal(await page.getByLabel("NIK").inputValue(), "");

  // What is wrong is said beside its field, and in a list that takes the focus.
  await page.getByLabel("NIK").fill(nik.slice(0, 15));
  await page.getByLabel("Email").fill("siti@gmial.com");
  await page.getByLabel("Nomor HP").fill("0812");
  await press("Verifikasi Data");
  await seen("NIK terdiri atas 16 angka; baru 15 yang Anda isi.");
  await seen("Nomor HP tidak sesuai.");
  await state("Daftar", "04-daftar-salah");
  await seen("Maksud Anda siti@gmail.com?");
  await press("Gunakan ini");
  assert.equal(await page.getByLabel("Email").inputValue(), "siti@gmail.com");
  await page.getByLabel("NIK").fill(` ${nik.replace(/(\d{4})(?=\d)/g, "$1-")} `);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Nomor HP").fill(PHONE);
  await press("Verifikasi Data");

  await state("Ambil Foto", "05-ambil-foto");
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("", "NotAllowedError"));
  });
  await press("Buka kamera");
  await seen("Kamera tidak diizinkan. Buka setelan situs, izinkan Kamera, atau pilih berkas foto.");
  await state("Ambil Foto", "05-kamera-tidak-diizinkan");
  await page.evaluate(() => {
    delete navigator.mediaDevices.getUserMedia;
  });
  await press("Buka kamera");
  await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
  await state("Ambil Foto", "06-kamera");
  await press("Ambil Foto");
  await state("Apakah wajah terlihat jelas?", "07-foto");
  assert.equal(await page.evaluate(() => document.querySelector("video")), null, "the camera is off");
  await press("Gunakan foto ini");
  await state("Periksa dan kirim", "08-periksa");

  // What the service refuses of a field leads there, by a list that has the focus.
  const refused = { errors: [{ pointer: "/phone_number", detail: "Nomor ini tidak dipakai lagi." }] };
  await answering("**/registrations", problem("validation-failed", 422, refused), async () => {
    await press("Kirim pendaftaran");
    await seen("Periksa isian berikut");
  });
  await page.waitForFunction(() => document.activeElement.innerText.includes("Nomor ini tidak dipakai lagi."));
  await page.getByLabel("Nomor HP").fill(PHONE.replaceAll("-", ""));
  await press("Verifikasi Data");
  await seen("Periksa dan kirim");

  // The answer is lost: nothing is known of it. A reload empties the form, and sending once more is harmless.
  await cutting("**/registrations", async () => {
    await press("Kirim pendaftaran");
    await seen("Mengulang tidak merugikan.");
  });
  await state("Periksa dan kirim", "09-jawaban-hilang");
  await page.reload();
  await seen("Kiriman terakhir mungkin sudah sampai. Kirim lagi tidak merugikan.");
  assert.equal(await page.getByLabel("NIK").inputValue(), "", "a reload empties the form");
  await page.getByLabel("NIK").fill(nik);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Nomor HP").fill(PHONE);
  await press("Verifikasi Data");
  await page.locator("input[type=file]").setInputFiles(camera);
  await seen("Apakah wajah terlihat jelas?");
  await turnsUpright();
  await press("Gunakan foto ini");
  const requests = counting("/registrations");
  const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/registrations"));
  await page.getByRole("button", { name: "Kirim pendaftaran" }).dblclick();
  inspectSelfie(JSON.parse((await sent).postData()).selfie);
  await state("Tunjukkan ke petugas", "10-tiket");
  assert.equal(requests(), 1, "two presses make one registration");

  // The ticket is read from the screen, as the officer's scanner does, in the dark theme, too.
  const ticket = await scanned();
  assert.match(ticket, /^[A-Z2-7]{58}$/);
  secrets.set("ticket", ticket);
  // Every question brings a new one; the one that somebody may be reading out stays.
  const text = page.locator("details .grouped");
  const readOut = await text.textContent();
  const answered = page.waitForResponse((response) => /\/registrations\/\w+$/.test(response.url()));
  await press("Cek Status");
  await answered;
  await page.getByRole("button", { name: "Cek Status" }).waitFor();
  assert.equal(await text.textContent(), readOut, "the ticket does not change under the reader's eyes");
  await page.emulateMedia({ colorScheme: "dark" });
  assert.match(await scanned(), /^[A-Z2-7]{58}$/);
  await state("Tunjukkan ke petugas", "11-tiket-gelap");
  await page.emulateMedia({ colorScheme: "light" });

  // The officer decides, and the screen turns by itself.
  const before = await mails();
  await officer("POST", `/registrations/by-ticket/${ticket}/decision`, { verdict: "approve", replace_device: true }, 200);
  await state("Pendaftaran disetujui", "12-email-aktivasi");
  const email = await mail(before);
  await press("Cek Status");
  await press("Kirim ulang email");
  await seen("Email baru sedang dikirim.");
  const { code, link } = await mail(before + 1);
  assert.notEqual(link, email.link);
  secrets.set("code", code);
  await activate(link, code);
  await press("Cek Status", { hasGone: true });
  await state("Masuk", "13-masuk");

  // The first PIN forces the change; no address gets round it.
  await page.getByLabel("PIN (6 angka)").fill(code);
  await press("Masuk");
  await state("Ubah PIN/Kata Kunci", "14-ubah-pin");
  await page.goto(`${origin}/app#halaman-utama`);
  await seen("PIN Anda masih sama dengan kode aktivasi.");
  await page.getByLabel("Kode aktivasi").fill(code);
  await page.getByLabel("PIN baru", { exact: true }).fill("123456");
  await page.getByLabel("Ulangi PIN baru").fill("123456");
  await press("Ubah PIN");
  await seen("Penuhi semua syarat di atas.");
  await page.getByLabel("PIN baru", { exact: true }).fill(FIRST_PIN);
  await gone("Penuhi semua syarat di atas.");
  await page.getByLabel("Ulangi PIN baru").fill(FIRST_PIN);
  await press("Ubah PIN");
  await seen("Ganti PIN sekarang?");
  await state("Ubah PIN/Kata Kunci", "15-ganti-pin");

  // The answer is lost: the log-in then asks for the new PIN first, and no longer for the code, also after a reload.
  await cutting("**/pin", async () => {
    await press("Ya");
    await seen("PIN mungkin sudah diperiksa.");
  });
  await page.reload();
  await asksForOwnPin("PIN mungkin sudah berganti. Coba PIN baru dahulu.");
  await logIn(FIRST_PIN);
  await state("Halaman Utama", "16-halaman-utama");

  // The same change once more, answered.
  await press("Ubah PIN/Kata Kunci");
  await page.getByLabel("PIN lama", { exact: true }).fill(FIRST_PIN);
  await page.getByLabel("PIN baru", { exact: true }).fill(PIN);
  await page.getByLabel("Ulangi PIN baru").fill(PIN);
  await press("Ubah PIN");
  await press("Ya");
  await asksForOwnPin("PIN sudah diganti. Masuk dengan PIN baru.");
  await logIn();
  await seen("Halaman Utama");
}

/** A photo that lies on its side, as EXIF says, is turned. The one from before is chosen again afterwards. */
async function turnsUpright() {
  const size = await page.locator("img.photo").evaluate(async (image) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  assert.notEqual(size[0], size[1], "a turn would not be seen");
  const chosen = (file, size) => Promise.all([
    page.locator("input[type=file]").setInputFiles(file),
    page.waitForFunction((size) => {
      const image = document.querySelector("img.photo");
      return image?.complete && image.naturalWidth === size[0] && image.naturalHeight === size[1];
    }, size),
  ]);
  const picture = readFileSync(camera);
  // One entry: orientation (0x0112), a short, 6: a quarter turn.
  const exif = Buffer.from("ffe1002245786966 0000 4d4d002a00000008 0001 0112000300000001 00060000 00000000".replaceAll(" ", ""), "hex");
  const sideways = Buffer.concat([picture.subarray(0, 2), exif, picture.subarray(2)]);
  await chosen({ name: "miring.jpg", mimeType: "image/jpeg", buffer: sideways }, size.toReversed());
  await chosen(camera, size);
}

/** The log-in says what became of the PIN, and does not take it for the activation code. */
async function asksForOwnPin(sentence) {
  await seen(sentence);
  assert.equal(await page.getByText("kode aktivasi dari email").count(), 0);
}
