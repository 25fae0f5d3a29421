import { describe, expect, it } from "vitest";

import { hashOf, NOTHING, verify, type Head, type Receipt } from "./chain";

/** Receipts, newest first, with the hashes that they have to have. */
async function chain(length: number): Promise<{ receipts: Receipt[]; head: Head }> {
  const receipts: Receipt[] = [];
  let previous = NOTHING;
  for (let sequence = 1; sequence <= length; sequence++) {
    const receipt = {
      sequence,
      redemption_id: "FHE4GDQGARIVZ3MYWPIU7WEHKE",
      client_id: "bank-madiun",
      integrator: "Bank Madiun",
      purpose: "account-opening",
      purpose_label: { id: "Pembukaan rekening", en: "Opening an account" },
      redeemed_at: "2026-11-22T02:03:04.500Z",
      reading_id: "M72WG7PMZ4GLV7MXDZAPG3TPXI",
      read_at: "2026-11-22T02:03:04.500Z",
      previous,
      hash: "",
      ...(sequence % 2 === 0 ? { withheld: "qr-code-device-blocked" } : { claims: ["name", "age_over_17"] }),
    } as Receipt;
    receipt.hash = await hashOf(receipt);
    previous = receipt.hash;
    receipts.unshift(receipt);
  }
  return { receipts, head: { count: length, hash: previous } };
}

it("a receipt's hash is what the API's description says", async () => {
  // Computed by another program from the description alone.
  const { receipts } = await chain(2);
  expect(receipts.map((receipt) => receipt.hash)).toEqual(["PFWRnvLCEJT9aFo1KwslKBXnVzPuIW-r89PxKJkDm-Q", "jU-wS1JfKzq6s18FG-ldJAFVLU9T0I9bG2UySLVKhyw"]);
});

describe("a chain", () => {
  it("matches as a whole, in pages, and without receipts", async () => {
    const { receipts, head } = await chain(5);
    expect(await verify(receipts, head, undefined, true)).toEqual({ kind: "matches", matching: 5, isLinked: true, isWhole: true });
    expect(await verify(receipts.slice(0, 2), head, undefined, false)).toEqual({ kind: "matches", matching: 2, isLinked: true, isWhole: false });
    expect(await verify([], { count: 0, hash: NOTHING }, undefined, true)).toEqual({ kind: "matches", matching: 0, isLinked: true, isWhole: true });
  });

  it("shows where a receipt was altered", async () => {
    const { receipts, head } = await chain(5);
    const altered = receipts.map((receipt) => (receipt.sequence === 3 ? { ...receipt, integrator: "Bank Lain" } : receipt));
    expect(await verify(altered, head, undefined, true)).toEqual({ kind: "broken", sequence: 3 });
  });

  it("shows where a receipt was taken out", async () => {
    const { receipts, head } = await chain(5);
    expect(await verify(receipts.filter((receipt) => receipt.sequence !== 3), head, undefined, true)).toEqual({ kind: "broken", sequence: 2 });
    expect(await verify(receipts.slice(1), head, undefined, true)).toEqual({ kind: "broken", sequence: 4 });
  });

  it("shows that it was shortened or written again since this phone saw it", async () => {
    const { receipts, head } = await chain(5);
    const shorter = { receipts: receipts.slice(1), head: { count: 4, hash: receipts[1]?.hash ?? "" } };
    expect(await verify(shorter.receipts, shorter.head, head, true)).toEqual({ kind: "shortened" });
    expect(await verify(receipts, head, { count: 5, hash: "another" }, true)).toEqual({ kind: "broken", sequence: 5 });
    expect(await verify(receipts, head, { count: 4, hash: "another" }, true)).toEqual({ kind: "broken", sequence: 4 });
    expect(await verify(receipts, head, shorter.head, true)).toEqual({ kind: "matches", matching: 5, isLinked: true, isWhole: true });
  });

  it("is linked to what this phone saw once its receipts reach back there", async () => {
    const { receipts, head } = await chain(5);
    const seen = { count: 2, hash: receipts[3]?.hash ?? "" };
    expect(await verify(receipts.slice(0, 2), head, seen, false)).toMatchObject({ kind: "matches", isLinked: false });
    expect(await verify(receipts.slice(0, 3), head, seen, false)).toMatchObject({ kind: "matches", isLinked: true, isWhole: false });
    expect(await verify(receipts.slice(0, 3), head, { ...seen, hash: "another" }, false)).toEqual({ kind: "broken", sequence: 2 });
  });

  it("without its oldest receipts says up to which, and whether this phone saw them", async () => {
    const { receipts, head } = await chain(5);
    const left = receipts.slice(0, 2);
    const at = (count: number) => ({ count, hash: receipts[5 - count]?.hash ?? "" });
    expect(await verify(left, head, undefined, true)).toEqual({ kind: "missing", matching: 2, last: 3, wereSeen: false });
    expect(await verify(left, head, at(5), true)).toMatchObject({ kind: "missing", wereSeen: false });
    expect(await verify(left, head, at(3), true)).toMatchObject({ kind: "missing", wereSeen: true });
    expect(await verify(left, head, { count: 2, hash: "whatever it was" }, true)).toMatchObject({ kind: "missing", wereSeen: true });
    expect(await verify(left, head, at(2), false)).toMatchObject({ kind: "matches", isLinked: false });
  });

  it("without any receipt is not whole, whatever its head says", async () => {
    const { head } = await chain(5);
    expect(await verify([], head, undefined, true)).toEqual({ kind: "missing", matching: 0, last: 5, wereSeen: false });
    expect(await verify([], head, head, true)).toEqual({ kind: "missing", matching: 0, last: 5, wereSeen: true });
    expect(await verify([], { count: 5, hash: NOTHING }, undefined, true)).toMatchObject({ kind: "missing", last: 5 });
  });

  it("begins at its first receipt with nothing before", async () => {
    const { receipts } = await chain(2);
    const first = { ...(receipts[1] as Receipt), previous: "something" };
    first.hash = await hashOf(first);
    expect(await verify([first], { count: 1, hash: first.hash }, undefined, true)).toEqual({ kind: "broken", sequence: 1 });
  });

  it("of somebody who enrolled again begins behind what was left", async () => {
    const { receipts } = await chain(3);
    const again = { ...(receipts[0] as Receipt), previous: NOTHING };
    again.hash = await hashOf(again);
    expect(await verify([again], { count: 3, hash: again.hash }, undefined, true)).toMatchObject({ kind: "matches", isWhole: true });
  });
});
