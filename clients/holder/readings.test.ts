import { expect, it } from "vitest";

import type { Receipt } from "./chain";
import { isRepeated } from "./readings";

const SCAN = Date.parse("2026-11-22T03:00:42.250Z");

/** A receipt of an answer so many seconds after its scan. */
function receipt(sequence: number, redemption_id: string, seconds: number, given: object = { claims: ["name"] }): Receipt {
  const read_at = new Date(SCAN + seconds * 1_000).toISOString();
  return { sequence, redemption_id, redeemed_at: new Date(SCAN).toISOString(), read_at, ...given } as Receipt;
}

it.each<[string, Receipt, Receipt[], boolean]>([
  ["a scan that discloses at once is no repetition", receipt(1, "A", 0), [], false],
  ["what a holder allowed a while later is none either", receipt(2, "B", 58), [receipt(1, "A", 0)], false],
  ["the same scan once more is one", receipt(3, "A", 1), [receipt(2, "B", 58), receipt(1, "A", 0)], true],
  ["so is one much later, whose first answer is not known here", receipt(3, "A", 61), [], true],
  ["a silence that somebody noticed late is none", receipt(4, "C", 400, { withheld: "holder-did-not-answer" }), [], false],
  ["what the service withholds later is one", receipt(5, "A", 400, { withheld: "registry-changed" }), [], true],
])("%s", (_, one, others, isSo) => {
  expect(isRepeated(one, [one, ...others])).toBe(isSo);
});
