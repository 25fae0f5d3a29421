// The officer's console in a real browser, by keyboard alone: signing in at the issuer, scanning, approving, rejecting, and the
// acts on a NIK, with lost answers, scans at the wrong time, an unused desk and a session that ends. Every state is looked at by
// axe, and nothing personal is left in the browser.
//
// Reads one JSON object from the environment variable OFFICER: origin and issuer (addresses of the stack), tickets (`approve` and
// `reject`: the texts of two codes whose registrations wait for an officer), active_nik (a resident with an active phone),
// unknown_nik (of nobody), screenshots (a folder), chromium (the browser's path) and modules (a node_modules with playwright-core
// and axe). Ends with a stack trace on the first thing that is not as it should be.

import assert from "node:assert/strict";

import {
  complaints, focused, given, gone, nothingIsLeft, page, press, putAway, reach, scan, secrets, seen, state, type,
} from "./officer/desk.mjs";

const { origin, issuer, tickets, active_nik: nik, unknown_nik: nobody } = given;
const OFFICER = "petugas-7";
/** The code of a KTP Digital, and a ticket that nobody made. */
const CARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const UNKNOWN = "U2TK7NLLVMN3OGH5NQSO2IKKFMYVIU56GGR5QTJOUGBJVID44R3OGBC2UU";
for (const [what, value] of [["nik", nik], ["ticket", tickets.approve], ["other ticket", tickets.reject]]) secrets.set(what, value);

let failed = true;
try {
  await signInFirst();
  await readWhatIsNone();
  await useCamera();
  await approve();
  await lookAgain();
  await reject();
  await actOnNik();
  await endSession();
  await leaveTheDesk();
  await signOut();
  assert.deepEqual(complaints, [], "the browser has nothing to complain about");
  failed = false;
} finally {
  await putAway({ failed });
}

/** The issuer may be closed; where it is open, it brings the officer back, and the address says nothing of it. */
async function signInFirst() {
  await page.route(`${issuer}/**`, (route) => route.abort());
  await page.goto(`${origin}/office`);
  await state("Halaman masuk petugas tidak dapat dibuka.", "01-penerbit-tertutup");
  await page.unroute(`${issuer}/**`);
  await page.route(`${issuer}/**`, (route) => route.fulfill({ status: 404, headers: { "Access-Control-Allow-Origin": "*" } }));
  await press("Enter");
  await seen("Halaman itu menjawab, tetapi jawabannya tidak sesuai.");
  await page.unroute(`${issuer}/**`);
  await press("Enter");
  await state("Masuk dengan akun petugas", "02-masuk");
  await page.goto(`${origin}/office?code=stolen&state=somebody`);
  await state("Jawaban halaman masuk ini tidak dapat dipakai", "03-jawaban-asing");
  assert.equal(page.url(), `${origin}/office`);
  await signIn();
  await state("Pindai QR pendaftaran, atau ketik NIK.", "04-siap", { fits: true });
  assert.equal(await focused(), "input#field");
  await seen(/Sesi \d+ menit/);
  await nothingIsLeft();
  await page.emulateMedia({ forcedColors: "active" });
  await state("Pindai QR pendaftaran, atau ketik NIK.", "05-warna-paksa");
  await page.emulateMedia({ forcedColors: "none" });
  await reach("Pintasan");
  await press("Enter");
  await state("Pintasan dan tampilan", "06-pintasan");
  await press("Escape");
  await gone("Pintasan dan tampilan");
  await reach("English");
  await press("Enter");
  await state("Scan a registration code, or type a NIK.", "07-english");
  await press("Enter");
}

async function signIn() {
  await reach("Masuk dengan akun petugas");
  await press("Enter");
  // An issuer that knows the officer already asks nothing.
  const name = page.getByLabel("Nama petugas");
  await name.or(page.locator("#field")).waitFor();
  if (await name.count()) {
    await name.focus();
    await type(OFFICER);
    await press("Enter");
  }
  await page.locator("#field").waitFor();
  assert.equal(page.url(), `${origin}/office`);
}

/** What is neither a registration nor a NIK is told, and not sent. */
async function readWhatIsNone() {
  await scan(CARD);
  await state("Ini kode KTP Digital, bukan QR pendaftaran.", "10-ktp-digital");
  await press("F2");
  await type(nik.slice(1));
  await press("Enter");
  await seen("NIK terdiri atas 16 angka; yang diketik 15.");
  await type("3");
  await gone("NIK terdiri atas 16 angka");
  await press("Backspace", "Escape");
  await scan(UNKNOWN);
  await state("Minta pemohon membuka Cek Status", "11-qr-tidak-dikenal");
  await press("Escape");
  await gone("Minta pemohon membuka Cek Status");
}

/** The decoder loads when a camera opens, and the page's policy lets it. */
async function useCamera() {
  const decoder = page.waitForResponse((response) => response.url().endsWith(".wasm"));
  await reach("Gunakan kamera");
  await press("Enter");
  assert.equal((await decoder).status(), 200);
  await page.waitForFunction(() => (document.querySelector("video")?.videoWidth ?? 0) > 0);
  await state("Arahkan kamera ke QR pendaftaran", "12-kamera");
  await press("Escape");
  await gone("Arahkan kamera ke QR pendaftaran");
  await press("F2");
}

/** Scan, F8, Enter; and a scan at the wrong time presses nothing and types nothing. */
async function approve() {
  await scan(tickets.approve.toLowerCase());
  await seen("Tanyakan, lalu cocokkan");
  await state("Swafoto", "20-tinjau", { fits: true });
  const name = await page.locator(".name").innerText();
  secrets.set("name", name);

  await reach("Kedua foto");
  await press("+");
  await page.waitForFunction(() => document.querySelector("svg.photo")?.getAttribute("viewBox") !== "0 0 300 400");
  await press("ArrowRight");
  await state("Swafoto", "21-foto-dekat", { fits: true });
  const boxes = await page.locator("svg.photo").evaluateAll((photos) => photos.map((photo) => photo.getAttribute("viewBox")));
  assert.equal(boxes[0], boxes[1], "both photos show the same place");
  await press("0");
  await page.waitForFunction(() => document.querySelector("svg.photo")?.getAttribute("viewBox") === "0 0 300 400");

  await reach("Setujui");
  await scan(tickets.reject);
  await seen("Selesaikan dulu pendaftaran ini (Esc untuk melepas).");
  assert.equal(await page.getByRole("dialog").count(), 0, "a scan presses no button");
  await press("F8");
  await state("Orangnya ada di depan saya", "22-setujui");
  await scan(tickets.reject);
  await page.waitForTimeout(500);
  assert.equal(await page.getByRole("dialog").count(), 1, "a scan confirms nothing");
  await reach("Perbaiki alamat email");
  await press("Enter");
  await reach("Email yang benar");
  await scan(tickets.reject);
  assert.equal(await page.getByLabel("Email yang benar").inputValue(), "", "a scan types nothing");
  await type("siti@");
  await press("Enter");
  await state("Tulis alamat lengkap, misalnya siti@contoh.id.", "23-email");
  await press("Escape");
  await gone("Orangnya ada di depan saya");

  // The answer to the decision is lost, and the same one is sent again.
  let cut = 1;
  await page.route("**/decision", async (route) => {
    if (cut-- <= 0) return route.continue();
    await route.fetch();
    await route.abort("connectionreset");
  });
  await press("F8");
  await seen("Orangnya ada di depan saya");
  await press("Enter");
  await seen(/^Disetujui \d/);
  await page.unroute("**/decision");
  assert.equal(await page.locator("svg.photo").count(), 0);
  assert.equal(await focused(), "input#field");
  await nothingIsLeft();
  await state(/Email aktivasi: .*diterima/, "24-disetujui", { fits: true });
}

/** A registration that is decided says so, and offers no second decision. */
async function lookAgain() {
  await scan(tickets.approve);
  await state(/Sudah disetujui .* oleh/, "25-sudah-disetujui", { fits: true });
  await press("F8");
  assert.equal(await page.getByRole("dialog").count(), 0);
}

async function reject() {
  await scan(tickets.reject);
  await seen("Tanyakan, lalu cocokkan");
  await press("Shift+F8");
  await seen("Yang dibaca pemohon:");
  await press("Enter");
  await seen("Pilih alasannya.");
  await scan(tickets.approve);
  assert.equal(await page.locator("input[name=reason]:checked").count(), 0, "a scan chooses no reason");
  await press("1");
  await page.locator("input[name=reason]:checked").waitFor();
  await state("Yang dibaca pemohon:", "30-tolak");
  assert.equal(
    await page.getByLabel("Yang dibaca pemohon:").inputValue(), "Swafoto gelap, kabur, atau terpotong. Daftar ulang dengan foto baru.",
  );
  await press("Enter");
  await seen(/^Ditolak \d/);
  await state(/^Ditolak \d/, "31-ditolak", { fits: true });
  await nothingIsLeft();
}

/** Whom a NIK means is seen before anything is done; the PIN, and then the phone. */
async function actOnNik() {
  await press("F2");
  await type(nobody);
  await press("Enter");
  await page.getByRole("alert").waitFor();
  await state("NIK ini tidak", "40-nik-tidak-dikenal");
  await press("F2");
  await type(nik);
  await press("Enter");
  await state("Cocokkan dengan KTP-el dan orangnya sebelum bertindak.", "41-nik", { fits: true });
  secrets.set("name of the NIK", await page.locator(".name").innerText());

  await reach("Buka kunci PIN");
  await press("Enter");
  await state("Buka kunci PIN?", "42-buka-kunci");
  await press("Enter");
  await seen("Kunci PIN dibuka");

  await reach("Atur ulang PIN");
  await press("Enter");
  await seen("Atur ulang PIN?");
  await press("Enter");
  await seen("Periksa wajahnya dahulu, lalu centang.");
  await press("Space");
  await reach("Empat angka terakhir NIK");
  await scan("8992761111113");
  assert.equal(await page.getByLabel("Empat angka terakhir NIK").inputValue(), "", "a short scan types nothing");
  assert.equal(await page.getByRole("dialog").count(), 1, "and confirms nothing");
  await type("0000");
  await press("Enter");
  await state("Tidak sama dengan NIK ini.", "43-atur-ulang");
  await press("ControlOrMeta+A");
  await type(nik.slice(-4));
  await gone("Tidak sama dengan NIK ini.");
  await press("Enter");
  await state("PIN lama tidak berlaku lagi.", "44-diatur-ulang");

  await reach("Blokir ponsel");
  await press("Enter");
  await seen("Mengapa?");
  await press("ArrowRight");
  await state("Sejak kapan di tangan orang lain?", "45-dicuri");
  await press("Enter");
  await seen("Isi tanggal dan jam.");
  await reach("Dicuri");
  await press("ArrowLeft");
  await reach("Empat angka terakhir NIK");
  await type(nik.slice(-4));
  await state("Tidak dapat dibatalkan.", "46-blokir");
  await press("Enter");
  await state(/Diblokir \d+\.\d+/, "47-diblokir");
  await press("Escape");
  await seen("Pindai QR pendaftaran, atau ketik NIK.");
  await nothingIsLeft();
}

/** The gateway refuses the token without a problem document: the session is over, and a new one begins. */
async function endSession() {
  await page.route("**/resident-lookups", (route) => route.fulfill({ status: 401, json: { message: "Unauthorized" } }));
  await type(nik);
  await press("Enter");
  await state("Sesi petugas berakhir. Masuk lagi, lalu pindai ulang.", "50-sesi-berakhir");
  await page.unroute("**/resident-lookups");
  await page.clock.install();
  await signIn();
}

/** An unused desk is emptied, and a session's end is announced. */
async function leaveTheDesk() {
  await type(nik);
  await press("Enter");
  await seen("Cocokkan dengan KTP-el dan orangnya sebelum bertindak.");
  await page.clock.fastForward(275_000);
  await state("Tidak ada yang menekan tombol.", "51-tidak-dipakai");
  await page.clock.fastForward(30_000);
  await state("Layar dikosongkan", "52-dikosongkan");
  await nothingIsLeft();
  await press("Enter");
  await seen("Pindai QR pendaftaran, atau ketik NIK.");
  for (let minutes = 120; minutes > 2;) {
    minutes = Number.parseInt((await page.getByText(/Sesi \d+ menit/).innerText()).match(/\d+/)[0], 10);
    await page.clock.fastForward(Math.min(240_000, Math.max(1, minutes - 2) * 60_000));
    await press("Shift");
  }
  await state("Sesi berakhir dalam", "53-segera-berakhir");
  await page.clock.fastForward(130_000);
  await seen("Sesi petugas berakhir. Masuk lagi, lalu pindai ulang.");
}

async function signOut() {
  await signIn();
  await reach("Keluar");
  await press("Enter");
  await page.waitForURL((url) => url.origin === issuer);
  await page.goto(`${origin}/office`);
  await seen("Masuk dengan akun petugas");
  await nothingIsLeft();
}
