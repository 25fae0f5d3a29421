import { afterEach, expect, it, vi } from "vitest";

import { repeatedly } from "./poll";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("asks the next question only when the one before has its answer", async () => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { visibilityState: "visible" });
  vi.stubGlobal("navigator", { onLine: true });
  let asked = 0;
  let answer = () => {};
  const stop = repeatedly(() => new Promise<void>((resolve) => ([asked, answer] = [asked + 1, resolve])), 1_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(1);
  answer();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toBe(2);
  stop();
  answer();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(2);
});
