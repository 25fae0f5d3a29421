// The others: an officer and a bank's clerk, who use the API, the mailbox, and the browser that opens the activation's link.

import assert from "node:assert/strict";

import { context, given } from "./phone.mjs";

const { origin, officer: officersToken, mailbox, bank } = given;

export const EMAIL = "siti.ponsel@contoh.id";

/** What an officer does, over the API. */
export async function officer(method, address, body, ...expected) {
  const answer = await fetch(origin + address, {
    method,
    headers: { Authorization: `Bearer ${officersToken}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(expected.includes(answer.status), `${address}: ${answer.status} ${await answer.text()}`);
}

/** What a bank's clerk does, over the API. With the same key, it is the same scan. */
export function redeem(token, key) {
  return fetch(`${origin}/redemptions`, {
    method: "POST",
    headers: { Authorization: `Bearer ${bank}`, "Content-Type": "application/json", ...(key ? { "Idempotency-Key": key } : {}) },
    body: JSON.stringify({ token, purpose: "account-opening" }),
  });
}

async function received(address) {
  const { emails } = await (await fetch(`${mailbox}/store`)).json();
  return emails.filter((mail) => mail.destination.to.includes(address));
}

/** How many e-mails there are. */
export async function mails(address = EMAIL) {
  return (await received(address)).length;
}

/** The next activation e-mail after so many. */
export async function mail(before, address = EMAIL) {
  for (let time = 0; time < 120; time++) {
    const mails = await received(address);
    if (mails.length > before) {
      const { text } = mails[before].body;
      return { code: text.match(/\b\d{6}\b/)[0], link: text.match(/https?:\S+/)[0] };
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return assert.fail("no e-mail arrived");
}

/** *Aktivasi*, in any browser. */
export async function activate(link, code) {
  const other = await context.newPage();
  await other.goto(link);
  await other.locator("[name=code]").fill(code);
  await other.getByRole("button", { name: "Saya tidak dapat melihat gambar" }).click();
  await other.locator("#work-state", { hasText: "Selesai" }).waitFor({ timeout: 60_000 });
  await other.getByRole("button", { name: "Aktifkan" }).click();
  await other.getByRole("button", { name: "Ya", exact: true }).click();
  await other.getByText("Aktivasi berhasil").waitFor();
  await other.close();
}
