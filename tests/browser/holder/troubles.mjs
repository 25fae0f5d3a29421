// What the app says when things go wrong: the service's answers are put in its place.

import assert from "node:assert/strict";

import { PIN, answering, context, given, logIn, page, press, problem, seen, state, turnTo } from "./phone.mjs";

const { origin, name } = given;

/** A service that asks for more patience than the app has in silence. */
const OUTAGE = { status: 503, headers: { "Retry-After": "60" }, json: { message: "Service Unavailable" } };

/** Each stage that a registration can have, and a registration that is gone. */
export async function stages() {
  const status = (stage, members = {}) => ({
    json: { id: "FHE4GDQGARIVZ3MYWPIU7WEHKE", stage, registered_at: new Date().toISOString(), ...members },
  });
  const email = (delivery) => {
    const [issued_at, code_expires_at, resend_after] = [0, 86_400_000, 42_000].map((later) => new Date(Date.now() + later).toISOString());
    return status("approved", { activation_email: { delivery, issued_at, code_expires_at, resend_after } });
  };
  const looks = [
    [status("rejected", { rejection_reason: "Swafoto gelap. Daftar ulang dengan foto baru." }), "Pendaftaran tidak disetujui", "90-ditolak"],
    [status("ended"), "Ponsel ini sudah diganti", "91-diganti"],
    [status("blocked"), "Ponsel ini diblokir", "92-diblokir"],
    [email("bounced"), "Petugas mengatur ulang PIN Anda", "93-email-tidak-sampai"],
    [problem("not-found", 404), "Pendaftaran ini sudah tidak ada", "94-tidak-ada"],
    [problem("clock-wrong", 401, { server_time: "2026-11-22T03:42:00.000Z" }), "Jam ponsel tidak tepat", "95-jam"],
  ];
  // How long until another e-mail may be sent is known after a reload, too.
  await answering("**/registrations/*", email("sent"), async () => {
    const waits = [];
    await page.goto("about:blank");
    for (let time = 0; time < 2; time++) {
      await page.goto(`${origin}/app`);
      await seen(/Kirim ulang email \(\d+ detik\)/);
      waits.push(Number((await page.getByRole("button", { name: "Kirim ulang email" }).innerText()).match(/\d+/)[0]));
      await page.goto("about:blank");
    }
    assert.ok(waits[1] <= waits[0], `${waits} seconds`);
  });
  for (const [answer, title, shot] of looks) {
    await answering("**/registrations/*", answer, async () => {
      await page.goto("about:blank");
      await page.goto(`${origin}/app`);
      await state(title, shot);
    });
  }
  await press("Coba lagi");
  await seen("PIN (6 angka)");
}

/** A session that ends, a block, and a registry that says no: each has its screen, and its way on. */
export async function refusals() {
  // The ninth wrong PIN: an officer helps, and nothing else, also after a reload.
  await answering("**/sessions", problem("pin-locked-until-office", 423), async () => {
    await page.getByLabel("PIN (6 angka)").fill("000000");
    await press("Masuk");
    await seen("PIN terkunci sampai petugas membuka kuncinya.");
    await state("PIN terkunci", "96-terkunci-sampai-petugas");
  });
  await page.reload();
  await seen("PIN terkunci sampai petugas membuka kuncinya.");
  await press("Petugas sudah membuka kunci");
  await logIn();
  await answering("**/me", problem("session-ended", 401), async () => {
    await press("Biodata");
    await seen("Sesi berakhir. Masuk lagi.");
    await state("Masuk", "96-sesi-berakhir");
  });
  await logIn();
  await seen(name);
  await press("Kembali");
  // A code that the service cannot make for now comes by itself once its wait is over.
  await answering("**/qr-codes", OUTAGE, async () => {
    await press("KTP Digital");
    await seen("Mencoba lagi dalam");
  });
  await press("Coba sekarang");
  await page.locator(".qr img").waitFor();
  await press("Kembali");
  await answering("**/me/family", problem("holder-moved", 403), async () => {
    await press("Data Keluarga");
    await state("Judul layanan", "97-pindah");
  });
  await answering("**/registrations/*", OUTAGE, async () => {
    await press("Periksa lagi");
    await seen("Layanan sedang mengalami gangguan");
    await seen("Judul layanan");
  });
  await press("Periksa lagi");
  await logIn();
  await press("Kembali");
  await answering("**/me/documents", problem("device-blocked", 403), async () => {
    await press("Dokumen");
    await seen("Ponsel ini tidak dapat lagi dipakai masuk.");
  });
  // The service says otherwise: the phone works.
  await page.reload();
  await seen("PIN (6 angka)");
}

/** Time passes: a code ends, an idle app locks, and a session is over. */
export async function time() {
  const slow = page;
  await turnTo(await context.newPage());
  await page.clock.install();
  await slow.close();
  await page.goto(`${origin}/app`);
  await logIn();
  await press("KTP Digital");
  await page.locator(".qr img").waitFor();
  // An answer would set the app's clock back to the service's, which does not run ahead.
  await page.route("**/qr-codes/current", (route) => route.abort());
  await page.clock.runFor(76_000);
  await seen("Kode segera kedaluwarsa.");
  await page.clock.runFor(15_000);
  await state("Tunjukkan ke staf loket", "98-kode-kedaluwarsa");
  assert.equal(await page.locator(".qr").count(), 0, "the picture is gone");
  await seen("Lihat Histori Aktivitas untuk mengetahui apakah kode ini dipindai.");
  // Idle since this key.
  await page.keyboard.press("Shift");
  await page.clock.runFor(275_000);
  await seen("Aplikasi terkunci dalam");
  await page.clock.runFor(30_000);
  await seen("Sesi berakhir. Masuk lagi.");
  await page.unroute("**/qr-codes/current");
  await page.getByLabel("PIN (6 angka)").fill(PIN);
  await page.getByRole("button", { name: "Masuk", exact: true }).click();
  await seen("Tunjukkan ke staf loket");
  const quick = page;
  await turnTo(await context.newPage());
  await quick.close();
  await page.goto(`${origin}/app`);
  await seen("PIN (6 angka)");
}
