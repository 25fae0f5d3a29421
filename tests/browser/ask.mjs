// A holder and a clerk, each at a browser of their own: the clerk scans, the holder is asked, and nothing is disclosed that was not
// allowed. Every state of the phone is looked at by axe, and nothing of who asked stays in its browser.
//
// Reads one JSON object from the environment variable ASK: what holder.mjs reads, for a resident whom no other script has, and counter
// (the address of the counter's page). Says how long a clerk waits after *Setuju*. Ends with a stack trace on the first thing that is
// not as it should be.

import assert from "node:assert/strict";

import { leaveCounter, openCounter, scanAsking, told, verifiedAt } from "./ask/clerk.mjs";
import { enrol } from "./ask/enrol.mjs";
import { officer } from "./holder/people.mjs";
import {
  PIN, complaints, context, counting, given, gone, logIn, nothingIsLeft, page, press, putAway, scanned, secrets, seen, state, turnTo,
} from "./holder/phone.mjs";

const { origin, nik, name } = given;
const ANSWERS = "**/qr-codes/current/answer";
/** In milliseconds: half of the clerks wait no longer. */
const GOAL = 1_200;
const TIMES = 5;
secrets.set("name", name);
secrets.set("who asked", "Bank Madiun");

const titled = (title) => page.locator("h1", { hasText: title }).waitFor();
const ring = async () => Number.parseInt(await page.locator(".ring span").innerText());
const other = (digits) => String((Number(digits) + 1) % 100).padStart(2, "0");

let failed = true;
try {
  await enrol();
  await openCounter();
  await allow();
  await refuse();
  await goBack();
  await reload();
  await loseAnswers();
  await beSilent();
  await useAnotherTab();
  await mistypeDigits();
  await measure();
  await lockPin();
  await readHistory();
  await nothingIsLeft();
  assert.deepEqual(complaints, [], "the browser has nothing to complain about");
  failed = false;
} finally {
  await leaveCounter();
  await putAway({ failed });
}

/** A new code, scanned: the digits that the clerk says. */
async function ask() {
  if (!(await page.getByRole("heading", { name: "Halaman Utama" }).count())) await press("Selesai");
  await press("KTP Digital");
  const digits = await scanAsking(await scanned());
  await titled("Bank Madiun meminta data Anda");
  return digits;
}

async function type(digits, pin = PIN) {
  await page.getByLabel("Ketik dua angka yang disebut staf loket").fill(digits);
  await page.getByLabel("PIN (6 angka)").fill(pin);
  await press("Setuju");
}

/** Wrong digits and a wrong PIN keep the question, and what is left out is not disclosed. */
async function allow() {
  await press("KTP Digital");
  await seen("Data dikirim hanya jika Anda setuju.");
  await page.getByLabel("Simpan pilihan ini").check();
  await press("Tampilkan kode QR");
  const digits = await scanAsking(await scanned());
  await titled("Bank Madiun meminta data Anda");
  await seen("Untuk: Pembukaan rekening");
  assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1", "the question takes the focus");
  assert.doesNotMatch(await besideTheRing(), new RegExp(`\\b${digits}\\b`), "the phone does not show the digits");
  await state("Bank Madiun meminta data Anda", "01-persetujuan");
  for (const claim of ["NIK", "Nama lengkap", "Tanggal lahir", "Alamat"]) await page.getByLabel(claim, { exact: true }).uncheck();
  await type(digits);
  await seen("Pilih sedikitnya satu data.");
  await page.getByLabel("Nama lengkap").check();
  await type(other(digits));
  await seen("Sisa 2 kesempatan.");
  assert.equal(await page.evaluate(() => document.activeElement.id), "digits");
  await type(digits, "000000");
  await seen("PIN salah.");
  await type(digits);
  await titled("Data sudah dikirim ke Bank Madiun");
  assert.deepEqual(await page.locator("main li").allInnerTexts(), ["Nama lengkap"]);
  const shown = await told("Terverifikasi");
  assert.match(shown, new RegExp(`${name}[^]*Tidak diberikan: NIK`));
  assert.doesNotMatch(shown, new RegExp(nik.slice(0, 4)));
  await state("Data sudah dikirim ke Bank Madiun", "02-dikirim");
}

function besideTheRing() {
  return page.locator("main").evaluate((main) => {
    const copy = main.cloneNode(true);
    copy.querySelector(".ring").remove();
    return copy.innerText;
  });
}

async function refuse() {
  // The next code is one press away.
  await press("Buat kode baru");
  await scanAsking(await scanned());
  await press("Tolak");
  await seen("Anda menolak. Tidak ada data yang dikirim.");
  await told("Pemilik menolak. Tidak ada data.");
  await state("Permintaan ditolak", "03-ditolak");
  await press("Selesai");
  await titled("Halaman Utama");

  await ask();
  await press("English");
  await state("Bank Madiun asks for your data", "04-english");
  await press("Bahasa Indonesia");
  await press("Saya tidak mengenal lembaga ini");
  await seen("Anda menolak dan melaporkan lembaga ini.");
  await told("Pemilik menolak. Tidak ada data.");
}

/** The way back asks, however often it is pressed. */
async function goBack() {
  await ask();
  for (const presses of [1, 2]) {
    await page.evaluate((presses) => Array.from({ length: presses }).forEach(() => history.back()), presses);
    await seen("Tolak permintaan ini?");
    await page.waitForFunction(() => location.hash === "#persetujuan");
    if (presses === 1) await state("Bank Madiun meminta data Anda", "05-tolak");
    await press("Batal");
  }
  await titled("Bank Madiun meminta data Anda");
  await press("Kembali");
  await page.getByRole("dialog").getByRole("button", { name: "Tolak", exact: true }).click();
  await seen("Anda menolak. Tidak ada data yang dikirim.");
  // What is done is not repeated: the way back leads to the screen before the code.
  await page.goBack();
  await titled("Halaman Utama");
}

/** A reload asks for the PIN, and comes back to the question with the time that is left, or to how it ended. */
async function reload() {
  const digits = await ask();
  await page.reload();
  await logIn();
  await titled("Bank Madiun meminta data Anda");
  const left = await ring();
  assert.ok(left > 0 && left < 60, `${left} seconds are left`);
  await type(digits);
  await titled("Data sudah dikirim ke Bank Madiun");
  await told("Terverifikasi");
  await page.reload();
  await logIn();
  await titled("Data sudah dikirim ke Bank Madiun");
}

/** An answer that is lost is asked about, and its PIN is not sent again. */
async function loseAnswers() {
  const digits = await ask();
  const sent = counting("/qr-codes/current/answer");
  // It does not arrive, and for a while nobody can say so.
  let asks = true;
  await page.route(ANSWERS, (route) => route.abort("connectionreset"));
  await page.route("**/qr-codes/current", (route) => (asks ? route.abort("connectionreset") : route.continue()));
  await type(digits);
  await seen("Memeriksa apakah jawaban Anda sampai…");
  await state("Bank Madiun meminta data Anda", "06-memeriksa");
  asks = false;
  await seen("Jawaban Anda belum sampai.");
  await page.unroute("**/qr-codes/current");
  await page.unroute(ANSWERS);

  // It arrives, and what the service says of it does not.
  await page.route(ANSWERS, async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  });
  await press("Setuju");
  await titled("Data sudah dikirim ke Bank Madiun");
  await page.unroute(ANSWERS);
  await told("Terverifikasi");
  assert.equal(sent(), 2, "each press is sent once");
}

/** The service decides when the time is over. A minute is not waited for here: what it says then is put in its place. */
async function beSilent() {
  await ask();
  await page.route("**/qr-codes/current", async (route) => {
    const response = await route.fetch();
    const { claims: _, answer_until: __, ...by } = await response.json();
    await route.fulfill({ response, json: { ...by, state: "refused", withheld: "holder-did-not-answer" } });
  });
  await seen("Waktu habis. Tidak ada data yang dikirim.");
  await page.unroute("**/qr-codes/current");
  await state("Permintaan berakhir", "07-waktu-habis");
}

/** Another tab takes the app, with the question. */
async function useAnotherTab() {
  const digits = await ask();
  const first = page;
  await turnTo(await context.newPage());
  await page.goto(`${origin}/app`);
  await press("Gunakan di sini");
  await logIn();
  await titled("Bank Madiun meminta data Anda");
  await first.getByText("Aplikasi terbuka di tab lain").waitFor();
  assert.equal(await first.getByText("Bank Madiun").count(), 0, "the other tab has forgotten who asks");
  await first.close();
  await type(digits);
  await titled("Data sudah dikirim ke Bank Madiun");
  await told("Terverifikasi");
}

async function mistypeDigits() {
  const digits = await ask();
  for (const left of [2, 1]) {
    await type(other(digits));
    await seen(`Sisa ${left} kesempatan.`);
  }
  await state("Bank Madiun meminta data Anda", "08-salah");
  await type(other(digits));
  await seen("Angka tiga kali tidak cocok. Tidak ada data yang dikirim.");
  await told("Pemilik menolak. Tidak ada data.");
}

/** From the press on *Setuju* until the clerk sees who it is. */
async function measure() {
  const waits = [];
  await page.evaluate(() => {
    const mark = ({ target }) => target.matches("[type=submit]") && (globalThis.pressedAt = Date.now());
    document.addEventListener("click", mark, { capture: true });
  });
  for (let time = 0; time < TIMES; time++) {
    const digits = await ask();
    await page.getByLabel("Ketik dua angka yang disebut staf loket").fill(digits);
    await page.getByLabel("PIN (6 angka)").fill(PIN);
    // People press at any moment between two questions of the counter, which are a second apart.
    await page.waitForTimeout((time * 1_000) / TIMES);
    const [seenAt] = await Promise.all([verifiedAt(), press("Setuju")]);
    waits.push(seenAt - (await page.evaluate(() => globalThis.pressedAt)));
    await titled("Data sudah dikirim ke Bank Madiun");
  }
  const middle = waits.toSorted((one, other) => one - other)[Math.floor(TIMES / 2)];
  console.log(`From Setuju to the clerk's screen: ${middle} ms (${waits.join(", ")}).`);
  assert.ok(middle <= GOAL, `${middle} ms from Setuju to the clerk's screen, and ${GOAL} ms are the goal`);
}

/** A PIN that is locked ends the question, and says so where the holder is then. */
async function lockPin() {
  const digits = await ask();
  for (let time = 1; time <= 3; time++) {
    await type(digits, "000000");
    await seen(time < 3 ? "PIN salah." : "PIN terkunci, jadi permintaan Bank Madiun berakhir.");
    if (time < 3) await page.waitForFunction(() => document.querySelector("#pin").value === "");
  }
  await told("Pemilik tidak menjawab. Minta kode baru.");
  await state("PIN terkunci", "09-pin-terkunci");
  await officer("POST", "/pin-unlocks", { nik }, 200, 204);
  await press("Petugas sudah membuka kunci");
  await logIn();
  await titled("Halaman Utama");
}

async function readHistory() {
  for (let time = 0; time < 40; time++) {
    await press("Histori Aktivitas");
    await page.locator("main li").first().waitFor();
    if (await page.getByText("Anda tidak menjawab tepat waktu.").count()) break;
    await press("Kembali");
    await page.waitForTimeout(250);
  }
  for (const said of ["Anda menolak. Tidak", "Anda menolak dan melaporkan", "Angka tiga kali tidak cocok.", "Anda tidak menjawab tepat waktu."]) await seen(said);
  await seen("Catatan utuh:");
  await gone("Memuat…");
  await state("Histori Aktivitas", "10-histori");
}
