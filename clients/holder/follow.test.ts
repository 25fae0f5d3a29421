import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { follow } from "./follow";

const page = { visibilityState: "visible" };
const answer = (seconds?: number) => new Response(null, seconds === undefined ? {} : { headers: { "Retry-After": String(seconds) } });

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

it("a code is asked about as often as the service says, until nothing more can happen", async () => {
  const answers = [answer(2), answer(5), answer()];
  const ask = vi.fn(async () => answers.shift() ?? null);
  follow(ask);
  const counts = [];
  for (const seconds of [2, 2, 4, 1, 60]) {
    await vi.advanceTimersByTimeAsync(seconds * 1_000);
    counts.push(ask.mock.calls.length);
  }
  expect(counts).toEqual([1, 2, 2, 3, 3]);
});

it("a lost answer is asked for again, and a hidden page asks nothing", async () => {
  const ask = vi.fn<() => Promise<Response | null>>();
  ask.mockResolvedValueOnce(null).mockRejectedValueOnce(new TypeError("Failed to fetch")).mockResolvedValue(answer());
  follow(ask);
  page.visibilityState = "hidden";
  await vi.advanceTimersByTimeAsync(30_000);
  expect(ask).not.toHaveBeenCalled();
  page.visibilityState = "visible";
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(3);
});

it("nothing is asked any more once the screen has gone, even where an answer is under way", async () => {
  let come = (_: Response) => {};
  const ask = vi.fn(() => new Promise<Response>((resolve) => (come = resolve)));
  const stop = follow(ask);
  await vi.advanceTimersByTimeAsync(2_000);
  stop();
  come(answer(2));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(1);
});
