// Learns from the receipts that a code was scanned, while the code is shown.

import { scanSince, type Receipt } from "./chain";
import { repeatedly } from "./poll";

/** How often the receipts are asked for, in milliseconds: a code lives for 90 seconds, and its receipt is there soon after the scan. */
const OFTEN = 5_000;

/**
 * Asks for the receipts, newest first, until one of them is that of the code which was made at that time. It is handed to `found`,
 * once, unless the returned function is called before. Nothing is asked while the page is hidden or offline. What has no answer is
 * asked again.
 */
export function untilScanned(made: number, ask: () => Promise<Receipt[] | null>, found: (scan: Receipt) => void): () => void {
  let isOver = false;
  const stop = repeatedly(async () => {
    const receipts = await ask();
    const scan = receipts === null ? null : scanSince(receipts, made);
    if (scan === null || isOver) return;
    end();
    found(scan);
  }, OFTEN);
  const end = () => {
    isOver = true;
    stop();
  };
  return end;
}
