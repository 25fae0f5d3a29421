// What a holder does once logged in.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

import { redeem } from "./people.mjs";
import { PIN, counting, downloaded, folder, given, gone, logIn, page, press, scanned, secrets, seen, state } from "./phone.mjs";

const { origin, name } = given;

/** The screens that show what the registry and the agencies have. */
export async function lookAround() {
  // The phone's own way back does not leave the session behind, not even where it is pressed twice.
  const first = await page.evaluate(() => history.state.before);
  for (const presses of [1, 2]) {
    await page.evaluate((presses) => Array.from({ length: presses }).forEach(() => history.back()), presses);
    await seen("Kunci dan keluar?");
    await page.waitForFunction((first) => history.state.before === first, first);
    await press("Batal");
  }
  await seen("Halaman Utama");
  await press("Biodata");
  await seen(name);
  await state("Biodata", "20-biodata");
  await press("Kembali");
  await press("Data Keluarga");
  await page.getByText(name).first().click();
  await state("Data Keluarga", "21-data-keluarga");
  await press("Kembali");
  await press("Dokumen");
  await seen("BPJS Kesehatan");
  await state("Dokumen", "22-dokumen");
  const file = await (await downloaded(() => page.getByRole("button", { name: "Unduh PDF KTP-el" }).click())).path();
  assert.equal(readFileSync(file).subarray(0, 5).toString(), "%PDF-");
  await seen("sudah diunduh.");
  await press("Kembali");

  // The other language, at once and everywhere.
  await press("English");
  await seen("Digital ID card");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await state("Home", "23-english");
  await press("Bahasa Indonesia");
  await press("Bantuan");
  await state("Pengaturan dan Bantuan", "24-pengaturan");
  await page.getByLabel("Gelap").check();
  await state("Pengaturan dan Bantuan", "25-pengaturan-gelap");
  await page.getByLabel("Mengikuti ponsel").check();
  await press("Kembali");
}

/** *KTP Digital*: a code, its scan by the bank, and the record of it. */
export async function showCodes() {
  await press("KTP Digital");
  await state("KTP Digital", "30-ktp-digital");
  await page.getByLabel("Pilih sendiri").check();
  for (const claim of ["NIK", "Tanggal lahir", "Alamat"]) await page.getByLabel(claim, { exact: true }).uncheck();
  // The leaflet's way, where a scan discloses at once: tests/browser/ask.mjs has the other one.
  assert.ok(await page.getByLabel("Tanya saya dahulu").isChecked(), "a holder is asked unless they chose otherwise");
  await page.getByLabel("Tanya saya dahulu").uncheck();
  await seen("Lembaga terdaftar mana pun yang memindai dalam 90 detik langsung menerima data.");
  await state("KTP Digital", "31-pilih-sendiri");
  await press("Tampilkan kode QR");
  await state("Tunjukkan ke staf loket", "32-kode");
  await seen("Naikkan kecerahan layar.");
  const first = await scanned();
  assert.match(first, /^[A-Z2-7]{32}$/);
  const before = await page.locator(".qr img").getAttribute("src");
  await press("Buat kode baru");
  await page.waitForFunction((before) => document.querySelector(".qr img")?.src !== before, before);
  const token = await scanned();
  assert.notEqual(token, first);
  secrets.set("token", token);
  assert.equal((await redeem(first)).status, 410, "only the newest code lives");
  const redeemed = await redeem(token);
  assert.equal(redeemed.status, 200);
  assert.deepEqual(Object.keys((await redeemed.json()).claims), ["name"]);
  // The holder learns of it at the counter, and the code is no longer shown.
  await seen("Sudah dipindai Bank Madiun");
  await seen("Data yang dilihat: Nama lengkap");
  assert.equal(await page.locator(".qr").count(), 0, "a code that was scanned is gone");
  await state("Tunjukkan ke staf loket", "32-dipindai");

  // A choice that is not remembered ends with the page: no code is made of anything else.
  const made = counting("/qr-codes");
  await page.reload();
  await logIn();
  await seen("Data apa yang boleh dilihat?");
  assert.equal(made(), 0, "no code discloses what nobody has chosen");
  assert.equal(await page.getByLabel("Tanya saya dahulu").isChecked(), false, "the switch is remembered");
  await page.getByLabel("Tanya saya dahulu").check();
  await page.getByLabel("Nama dan usia 17+").check();
  await page.getByLabel("Simpan pilihan ini").check();
  await press("Tampilkan kode QR");
  assert.match(await scanned(), /^[A-Z2-7]{32}$/);
  await press("Kembali");
  await press("KTP Digital");
  await state("Tunjukkan ke staf loket", "33-kode-sekali-tekan");
  await press("Ubah data");
  await seen("Data apa yang boleh dilihat?");
  await press("Kembali");

  // The record comes by a stream: it is there soon.
  await press("Histori Aktivitas");
  for (let time = 0; time < 40 && !(await page.getByText("Bank Madiun").count()); time++) {
    await page.waitForTimeout(250);
    await press("Kembali");
    await press("Histori Aktivitas");
    await page.locator("main [role=status], main li").first().waitFor();
  }
  await seen("Bank Madiun");
  await seen("Catatan utuh: 1 dari 1 cocok.");
  await state("Histori Aktivitas", "34-histori");

  // An altered record shows.
  await page.route("**/me/receipts", async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    body.receipts[0].integrator = "Bank Lain";
    await route.fulfill({ response, json: body });
  });
  await press("Kembali");
  await press("Histori Aktivitas");
  await seen("Catatan tidak cocok sejak no. 1.");
  await state("Histori Aktivitas", "35-histori-tidak-cocok");
  await page.unroute("**/me/receipts");

  // So does one that is not there: the phone has seen it, and does not explain it away.
  await page.route("**/me/receipts", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), receipts: [] } });
  });
  await press("Kembali");
  await press("Histori Aktivitas");
  await seen("Catatan sampai no. 1 tidak ada.");
  await seen("Ponsel ini melihat catatan no. 1 pada");
  await state("Histori Aktivitas", "36-histori-hilang");
  await page.unroute("**/me/receipts");
  await press("Kembali");
}

/** *Tanda Tangan Elektronik*, and how anyone checks it. */
export async function sign() {
  const [contract, other, jws] = ["kontrak.txt", "lain.txt", "kontrak.txt.jws"].map((file) => path.join(folder, file));
  writeFileSync(contract, "Perjanjian sewa");
  writeFileSync(other, "Perjanjian lain");
  await press("Tanda Tangan Elektronik");
  await page.locator("input[type=file]").setInputFiles(contract);
  await seen("kontrak.txt");
  await page.getByLabel("PIN (6 angka)").fill("000000");
  await press("Tanda tangani");
  await seen("PIN salah.");
  await page.getByLabel("PIN (6 angka)").fill(PIN);
  await gone("PIN salah.");
  await state("Tanda Tangan Elektronik", "40-tanda-tangan");
  await press("Tanda tangani");
  await seen("Berkas sudah ditandatangani.");
  await state("Tanda Tangan Elektronik", "41-ditandatangani");
  const saved = await downloaded(() => press("Simpan tanda tangan"));
  assert.equal(saved.suggestedFilename(), "kontrak.txt.jws");
  await saved.saveAs(jws);

  await page.goto(`${origin}/app#periksa-tanda-tangan`);
  const check = async (file, signature = jws) => {
    await page.getByLabel("Berkas", { exact: true }).setInputFiles(file);
    await page.getByLabel("Tanda tangan (.jws)").setInputFiles(signature);
    await press("Periksa");
  };
  await check(contract);
  await seen(`Cocok dan berlaku. Ditandatangani ${name}`);
  await state("Periksa tanda tangan", "42-periksa-tanda-tangan");
  await page.getByLabel("Berkas", { exact: true }).setInputFiles(other);
  await gone("Cocok dan berlaku.");
  await check(other);
  await seen("Dokumen ini bukan yang ditandatangani.");
  const [header, , signature] = readFileSync(jws, "utf8").split(".");
  const forged = path.join(folder, "palsu.jws");
  writeFileSync(forged, `${header}..${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`);
  await check(contract, forged);
  await seen("Bukan tanda tangan layanan ini.");
  await press("Kembali");
}
