import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Receipt } from "./chain";
import { untilScanned } from "./scans";

const MADE = Date.parse("2026-11-22T02:03:00Z");
const receipt = (redeemed_at: string) => ({ redeemed_at, integrator: "Bank Madiun" }) as Receipt;
const [BEFORE, SCAN] = [receipt("2026-11-22T02:02:59.500Z"), receipt("2026-11-22T02:03:04.500Z")];
const page = { visibilityState: "visible" };

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", page);
  vi.stubGlobal("navigator", { onLine: true });
  page.visibilityState = "visible";
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("a scan is found by the next question, and none follows", async () => {
  let receipts: Receipt[] | null = [BEFORE];
  const [ask, found] = [vi.fn(async () => receipts), vi.fn()];
  untilScanned(MADE, ask, found);
  await vi.advanceTimersByTimeAsync(12_000);
  expect([ask.mock.calls.length, found.mock.calls.length]).toEqual([2, 0]);
  receipts = [SCAN, BEFORE];
  await vi.advanceTimersByTimeAsync(90_000);
  expect(found).toHaveBeenCalledExactlyOnceWith(SCAN);
  expect(ask).toHaveBeenCalledTimes(3);
});

it("a lost answer is asked for again, and a hidden page asks nothing", async () => {
  const answers: (Receipt[] | null)[] = [null, [SCAN]];
  const [ask, found] = [vi.fn(async () => answers.shift() ?? []), vi.fn()];
  untilScanned(MADE, ask, found);
  page.visibilityState = "hidden";
  await vi.advanceTimersByTimeAsync(30_000);
  expect(ask).not.toHaveBeenCalled();
  page.visibilityState = "visible";
  await vi.advanceTimersByTimeAsync(10_000);
  expect(found).toHaveBeenCalledExactlyOnceWith(SCAN);
});

it("an answer that comes after the code has gone tells nothing", async () => {
  let answer = (_: Receipt[]) => {};
  const found = vi.fn();
  const stop = untilScanned(MADE, () => new Promise((resolve) => (answer = resolve)), found);
  await vi.advanceTimersByTimeAsync(5_000);
  stop();
  answer([SCAN]);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(found).not.toHaveBeenCalled();
});
