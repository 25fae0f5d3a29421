// A holder of whom nothing but this is asked: registered, activated, with a PIN of their own.

import { activate, mail, mails, officer } from "../holder/people.mjs";
import { PIN, given, logIn, page, press, scanned, secrets, seen } from "../holder/phone.mjs";

const { origin, nik, camera } = given;
const [EMAIL, PHONE] = ["sri.ponsel@contoh.id", "081398765411"];
for (const [what, value] of [["nik", nik], ["e-mail", EMAIL], ["phone", PHONE], ["PIN", PIN]]) secrets.set(what, value);

export async function enrol() {
  await page.goto(`${origin}/app`);
  await press("Daftar");
  await press("Lanjut tanpa memasang");
  await page.getByLabel("NIK").fill(nik);
  await page.getByLabel("Email").fill(EMAIL);
  await page.getByLabel("Nomor HP").fill(PHONE);
  await press("Verifikasi Data");
  await page.locator("input[type=file]").setInputFiles(camera);
  await press("Gunakan foto ini");
  await press("Kirim pendaftaran");
  await seen("Tunjukkan ke petugas");
  const before = await mails(EMAIL);
  await officer("POST", `/registrations/by-ticket/${await scanned()}/decision`, { verdict: "approve", replace_device: true }, 200);
  const { code, link } = await mail(before, EMAIL);
  secrets.set("code", code);
  await activate(link, code);
  await page.bringToFront();
  await press("Cek Status", { hasGone: true });
  await seen("PIN (6 angka)");
  await page.getByLabel("PIN (6 angka)").fill(code);
  await press("Masuk");
  await page.getByLabel("Kode aktivasi").fill(code);
  await page.getByLabel("PIN baru", { exact: true }).fill(PIN);
  await page.getByLabel("Ulangi PIN baru").fill(PIN);
  await press("Ubah PIN");
  await press("Ya");
  await seen("PIN sudah diganti. Masuk dengan PIN baru.");
  await logIn();
}
