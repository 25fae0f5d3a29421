// What an officer does about a phone, and how a phone leaves.

import assert from "node:assert/strict";

import { mail, mails, officer } from "../holder/people.mjs";
import { counting, given, gone, page, press, seen, state } from "../holder/phone.mjs";
import { EMAIL, activated, enrolAgain, takeOwnPin } from "./enrol.mjs";
import { insist, outlast, withoutNetwork } from "./faults.mjs";

const { origin, nik } = given;

/** The PIN is forgotten and reset: the log-in leads to the e-mail, and nobody registers anew. */
export async function beReset(pin) {
  await press("Kunci");
  const registrations = counting("/registrations");
  const before = await mails(EMAIL);
  await officer("POST", "/pin-resets", { nik }, 202);
  await page.getByLabel("PIN (6 angka)").fill("000000");
  await page.getByRole("button", { name: "Masuk", exact: true }).click();
  await state("Petugas mengatur ulang PIN Anda", "10-atur-ulang");
  await takeOwnPin(await activated(await mail(before, EMAIL)), pin);
  assert.equal(registrations(), 0, "nobody registers anew");
}

/** An officer blocks the phone while a code is shown: whatever the holder does next says so. */
export async function beBlocked() {
  // Nothing but the holder's own act shall find it out.
  await page.route("**/qr-codes/current", (route) => route.abort());
  await press("KTP Digital");
  await page.locator(".qr img").waitFor();
  await officer("POST", "/device-blocks", { nik, reason: "lost" }, 200);
  await press("Buat kode baru");
  await seen("Ponsel ini tidak dapat lagi dipakai masuk.");
  assert.equal(await page.locator(".qr").count(), 0, "the code is gone");
  await page.unroute("**/qr-codes/current");
  await withoutNetwork();
  await press("Daftar ulang");
}

/** *Hapus identitas*: the answer is lost, and the service knows nothing of the phone any more. */
export async function erase(pin) {
  await page.goto(`${origin}/app#hapus`);
  await page.getByLabel("PIN (6 angka)").fill(pin);
  await withoutNetwork();
  const erasing = async () => {
    await press("Hapus");
    await page.getByRole("dialog").getByRole("button", { name: "Hapus", exact: true }).click();
  };
  await insist("POST /me/erasures", erasing, { lost: "Pendaftaran ini sudah tidak ada" });
  await press("Hapus kunci dan mulai lagi");
  await seen("KTP dan dokumen Anda di ponsel");
}

/** *Blokir*, with the first PIN still: the app asks until it finds the phone blocked. */
export async function block() {
  await press("Daftar");
  await press("Lanjut tanpa memasang");
  const code = await enrolAgain();
  await page.getByLabel("PIN (6 angka)").fill(code);
  await page.getByRole("button", { name: "Masuk", exact: true }).click();
  await seen("Ubah PIN/Kata Kunci");
  await press("Blokir ponsel ini");
  await page.getByLabel("Dicuri").check();
  await withoutNetwork();
  const blocking = async () => {
    await press("Blokir");
    await page.getByRole("dialog").getByRole("button", { name: "Blokir", exact: true }).click();
  };
  await outlast("POST /me/device-blocks", blocking, (fault) => state("Blokir ponsel ini", `11-blokir-${fault}`));
  await seen("Ponsel ini tidak dapat lagi dipakai masuk.");
  await gone("Mengapa diblokir?");
}
