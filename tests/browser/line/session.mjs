// A session on a bad line: every screen behind the log-in, and each request that it makes.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";

import { redeem } from "../holder/people.mjs";
import { downloaded, folder, given, logIn, page, press, scanned, secrets, seen } from "../holder/phone.mjs";
import { insist, outlast, plan, withoutNetwork } from "./faults.mjs";

const { origin, name } = given;

/** What the history says first of all. */
const HISTORY = /^(Catatan|Ada catatan|Belum ada yang memindai)/;

/** Each of these asks by itself when it is opened. */
export async function readOwnData() {
  await withoutNetwork();
  for (const [row, request, shown] of [
    ["Biodata", "GET /me", name],
    ["Data Keluarga", "GET /me/family", name],
    ["Dokumen", "GET /me/documents", "BPJS Kesehatan"],
    ["Histori Aktivitas", "GET /me/receipts", HISTORY],
  ]) {
    await outlast(request, () => press(row));
    await seen(shown);
    // What has been shown stays.
    await withoutNetwork();
    await seen(shown);
    await press("Kembali");
    await seen("Halaman Utama");
  }
}

/** A file that the service makes is asked for until it is there. */
export async function download() {
  await press("Dokumen");
  await seen("BPJS Kesehatan");
  const document = () => page.getByRole("button", { name: "Unduh PDF KTP-el" }).click();
  await downloaded(() => outlast("GET /me/documents/{kind}", document));
  await seen("sudah diunduh.");
  await page.goto(`${origin}/app#unduh-data`);
  await seen("Unduh data saya");
  await withoutNetwork();
  await downloaded(() => outlast("GET /me/export", () => press("Unduh")));
  await seen("Berkas sudah diunduh.");
}

/** *KTP Digital*: the code comes late, and the same bank reads what it discloses three times. Gives the redemption's id. */
export async function showCode() {
  await page.goto(`${origin}/app#ktp-digital`);
  await page.getByLabel("Nama dan usia 17+").check();
  // A bank that asks three times gets three answers at once.
  await page.getByLabel("Tanya saya dahulu").uncheck();
  await withoutNetwork();
  await page.getByLabel("Simpan pilihan ini").check();
  await outlast("POST /qr-codes", () => press("Tampilkan kode QR"));
  await page.locator(".qr img").waitFor();
  await withoutNetwork();
  const token = await scanned();
  secrets.set("scanned token", token);
  const ids = new Set();
  for (let time = 0; time < 3; time++) {
    const answer = await redeem(token, "line");
    assert.equal(answer.status, 200);
    ids.add((await answer.json()).redemption_id);
  }
  await press("Kembali");
  return [...ids][0];
}

/** *Persetujuan*: the question comes late, and the holder's answer is sent once whatever happens to it. */
export async function answerScan(pin) {
  await page.goto(`${origin}/app#ktp-digital`);
  await page.getByLabel("Tanya saya dahulu").check();
  await press("Tampilkan kode QR");
  await page.locator(".qr img").waitFor();
  const scan = await redeem(await scanned(), "line-asks");
  assert.equal(scan.status, 202);
  plan("GET /qr-codes/current", "busy", "crowded", "cut");
  await seen("Bank Madiun meminta data Anda");
  await page.getByLabel("Ketik dua angka yang disebut staf loket").fill((await scan.json()).digits);
  await page.getByLabel("PIN (6 angka)").fill(pin);
  await withoutNetwork();
  await insist("POST /qr-codes/current/answer", () => press("Setuju"), { lost: "Data sudah dikirim ke Bank Madiun" });
  await withoutNetwork();
  await press("Selesai");
}

/** *Histori Aktivitas* tells each way in which the records can be falsified, and does not learn from what is false. */
export async function falsifyHistory(redemption) {
  const count = await threeRecords(redemption);
  const intact = `Catatan utuh: ${count} dari ${count} cocok.`;
  const brokenAt = (number) => `Catatan tidak cocok sejak no. ${number}.`;
  await lookAtHistory(intact);
  const falsified = [
    ["one was taken out", brokenAt(count - 2), ([last, , ...others]) => ({ receipts: [last, ...others] })],
    ["the newest was taken out", brokenAt(count - 1), ([, ...others]) => ({ receipts: others })],
    ["one was altered", brokenAt(count - 1), ([last, one, ...others]) => ({
      receipts: [last, { ...one, read_at: last.read_at }, ...others],
    })],
    ["the newest was taken out, and the head with it", "Ada catatan yang hilang", ([last, ...others]) => ({
      receipts: others, head: { count: count - 1, hash: last.previous },
    })],
  ];
  for (const [how, sentence, change] of falsified) {
    await page.route("**/me/receipts", async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      await route.fulfill({ response, json: { ...body, ...change(body.receipts) } });
    });
    await lookAtHistory(sentence, how);
    await page.unroute("**/me/receipts");
    await lookAtHistory(intact, `after ${how}`);
  }
}

/** The records come by a stream. Gives how many there are, once those of this redemption are among them. */
async function threeRecords(redemption) {
  for (let time = 0; time < 100; time++) {
    const answered = page.waitForResponse("**/me/receipts");
    await press("Histori Aktivitas");
    const { receipts, head } = await (await answered).json();
    await seen(HISTORY);
    await press("Kembali");
    await seen("Halaman Utama");
    if (receipts.filter(({ redemption_id }) => redemption_id === redemption).length === 3) return head.count;
    await page.waitForTimeout(250);
  }
  return assert.fail("no three records");
}

async function lookAtHistory(sentence, how = "nothing happened") {
  await press("Histori Aktivitas");
  await seen(HISTORY);
  const said = await page.getByText(HISTORY).first().innerText();
  assert.ok(said.startsWith(sentence), `${how}: ${said}`);
  await press("Kembali");
  await seen("Halaman Utama");
}

/** *Tanda Tangan Elektronik*, and the check of what was signed. The PIN is typed once. */
export async function sign(pin) {
  const [contract, jws] = ["sewa.txt", "sewa.txt.jws"].map((file) => path.join(folder, file));
  writeFileSync(contract, "Perjanjian sewa");
  await press("Tanda Tangan Elektronik");
  await page.locator("input[type=file]").setInputFiles(contract);
  await seen("sewa.txt");
  await page.getByLabel("PIN (6 angka)").fill(pin);
  await withoutNetwork();
  await seen("sewa.txt");
  await insist("POST /me/signatures", () => press("Tanda tangani"), { lost: "Membuat lagi tidak merugikan." });
  await press("Tanda tangani");
  await seen("Berkas sudah ditandatangani.");
  await (await downloaded(() => press("Simpan tanda tangan"))).saveAs(jws);

  await page.goto(`${origin}/app#periksa-tanda-tangan`);
  await page.getByLabel("Berkas", { exact: true }).setInputFiles(contract);
  await page.getByLabel("Tanda tangan (.jws)").setInputFiles(jws);
  for (const request of ["GET /signatures/{id}", "GET /.well-known/jwks.json", "GET /.well-known/retired-keys.json"]) {
    await insist(request, () => press("Periksa"));
    await seen(`Cocok dan berlaku. Ditandatangani ${name}`);
    await withoutNetwork();
  }
  await page.goto(`${origin}/app#halaman-utama`);
  await seen("Halaman Utama");
}

/** *Kunci* locks at once, whatever the line is like. The service learns of it when it can, and no later session ends with it. */
export async function lock(pin) {
  // A session that has ended already cannot be ended once more.
  for (const [fault, status] of [["busy", 503], ["crowded", 429], ["cut", 401]]) {
    plan("DELETE /sessions/current", fault);
    const answered = page.waitForResponse((response) => response.request().method() === "DELETE" && response.status() === status);
    await press("Kunci");
    await seen("PIN (6 angka)");
    await answered;
    await logIn(pin);
    await seen("Halaman Utama");
  }
}
