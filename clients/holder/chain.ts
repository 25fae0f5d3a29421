// The chain of receipts: each holds the hash of the one before, so a receipt that was taken out or altered shows.

import type { Schemas } from "../kit/api/service";
import { digest } from "../kit/api/proof";

export type Receipt = Schemas["Receipt"];
export type Head = Schemas["ChainHead"];

/** The hash of a receipt, as the API's description says (schema `Receipt`). */
export function hashOf(receipt: Receipt): Promise<string> {
  const text = new TextEncoder();
  const sequence = new Uint8Array(4);
  new DataView(sequence.buffer).setUint32(0, receipt.sequence);
  const given = "claims" in receipt && receipt.claims ? receipt.claims.join(" ") : `withheld: ${receipt.withheld}`;
  const { redemption_id, client_id, integrator, purpose, purpose_label, redeemed_at, reading_id, read_at, previous } = receipt;
  const texts = [
    redemption_id, client_id, integrator, purpose, purpose_label.id, purpose_label.en, redeemed_at, reading_id, read_at, given, previous,
  ];
  const parts = [text.encode("receipt"), sequence, ...texts.map((part) => text.encode(part))];
  const all = new Uint8Array(parts.reduce((sum, part) => sum + 8 + part.length, 0));
  const view = new DataView(all.buffer);
  let at = 0;
  for (const part of parts) {
    view.setBigUint64(at, BigInt(part.length));
    all.set(part, at + 8);
    at += 8 + part.length;
  }
  return digest(all);
}

/** What the first receipt holds instead of the hash of one before it: the SHA-256 of the text `receipts` behind its length. */
export const NOTHING = "cUxY1VGqWI9Nn-vhIVfTs2H8KTrHgWRnVltSkTRM4ok";

export type Verdict =
  /**
   * All receipts shown so far match. `isLinked` says whether they reach back to the head that this phone remembers, `isWhole`
   * whether to the first one, too.
   */
  | { kind: "matches"; matching: number; isLinked: boolean; isWhole: boolean }
  /**
   * All that there are match, and the oldest ones, up to this number, are not there. `wereSeen` says whether this phone remembers
   * that there were receipts up to one of these. Why they are gone cannot be seen from here: how long receipts are kept is up to
   * the service, and a receipt that is past that time looks like one that was taken away.
   */
  | { kind: "missing"; matching: number; last: number; wereSeen: boolean }
  /** From this receipt on, they do not. */
  | { kind: "broken"; sequence: number }
  /** This phone has seen newer receipts than there are now. */
  | { kind: "shortened" };

/**
 * Checks receipts, newest first, against their head and the head that this phone remembers. `areAll` says whether there are no
 * older ones to ask for.
 */
export async function verify(receipts: Receipt[], head: Head, remembered: Head | undefined, areAll: boolean): Promise<Verdict> {
  let expected = head.hash;
  let sequence = head.count;
  const isAtRemembered = () => remembered !== undefined && remembered.count > 0 && sequence === remembered.count;
  let isLinked = remembered === undefined || remembered.count === 0;
  if (remembered !== undefined && remembered.count > head.count) return { kind: "shortened" };
  for (const receipt of [...receipts, null]) {
    if (isAtRemembered()) {
      if (expected !== remembered?.hash) return { kind: "broken", sequence };
      isLinked = true;
    }
    if (receipt === null) break;
    const isNext = receipt.sequence === sequence && receipt.hash === expected;
    if (!isNext || (await hashOf(receipt)) !== receipt.hash) return { kind: "broken", sequence: receipt.sequence };
    expected = receipt.previous;
    sequence -= 1;
  }
  const matching = receipts.length;
  const begins = matching > 0 ? expected === NOTHING : head.count === 0;
  // Before the first one there is nothing.
  if (sequence === 0 && !begins) return { kind: "broken", sequence: 1 };
  const isWhole = isLinked && begins;
  if (!areAll || isWhole) return { kind: "matches", matching, isLinked, isWhole };
  const wereSeen = remembered !== undefined && remembered.count > 0 && remembered.count <= sequence;
  return { kind: "missing", matching, last: sequence, wereSeen };
}
