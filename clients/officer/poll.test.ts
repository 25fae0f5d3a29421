import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { repeatedly } from "./poll";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks at once, then again and again, and gives up in the end", async () => {
  const ask = vi.fn(async () => undefined);
  const over = vi.fn();
  repeatedly(ask, { pause: 4_000, patience: 120_000 }, over);
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(8_100);
  expect(ask).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(200_000);
  expect(over).toHaveBeenCalledTimes(1);
  expect(ask.mock.calls.length).toBeLessThan(33);
});

it("asks nothing once it was stopped, though an answer was under way", async () => {
  const ask = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 1_000)));
  const stop = repeatedly(ask, { pause: 4_000, patience: 120_000 }, () => undefined);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ask).toHaveBeenCalledTimes(1);
});
