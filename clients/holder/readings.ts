// What a receipt is about, beside the chain that it belongs to.

import type { Receipt } from "./chain";

/** So long a holder who is asked may take, in milliseconds. */
const TIME_TO_ANSWER = 60_000;

/**
 * Whether the organisation had this answer before, and has asked for it again. A first answer is as old as its scan, or comes when the
 * holder has answered. `receipts` are those that are known, this one among them.
 */
export function isRepeated(receipt: Receipt, receipts: Receipt[]): boolean {
  if (isHolders(receipt)) return false;
  const isFirst = !receipts.some((other) => other.redemption_id === receipt.redemption_id && other.sequence < receipt.sequence);
  return !isFirst || Date.parse(receipt.read_at) - Date.parse(receipt.redeemed_at) > TIME_TO_ANSWER;
}

/** Whether it is the holder who gave nothing. Such an end is written down once, and a silent one when somebody notices it. */
function isHolders(receipt: Receipt): boolean {
  const withheld = "withheld" in receipt ? receipt.withheld : undefined;
  return withheld !== undefined && ["holder-declined", "holder-reported", "digits-wrong", "holder-did-not-answer"].includes(withheld);
}
