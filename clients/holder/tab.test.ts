import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { holdTab } from "./tab";

type Hold = () => Promise<void>;

/** The tabs that hold the app or wait for it, as a browser has them: the first one holds it. */
let tabs: { hold: Hold; end: (why: Error) => void }[];
const over = new DOMException("", "AbortError");

beforeEach(() => {
  vi.useFakeTimers();
  tabs = [];
  const request = (_: string, { steal, signal }: LockOptions, hold: Hold) =>
    new Promise<void>((_, end) => {
      const tab = { hold, end };
      if (steal) tabs.splice(0, 1, tab).forEach((stolen) => stolen.end(over));
      else tabs.push(tab);
      signal?.addEventListener("abort", () => (tabs.splice(tabs.indexOf(tab), 1), end(over)));
      if (tabs[0] === tab) void hold();
    });
  vi.stubGlobal("navigator", { locks: { request } });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("the first tab has the app, and a second one waits no longer than a tab takes to close", async () => {
  const lost = vi.fn();
  expect(await holdTab(false, lost)).toBe(true);
  const second = holdTab(false, lost);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await second).toBe(false);
  expect(lost).not.toHaveBeenCalled();
});

it("a tab that is opened while the one before closes has the app", async () => {
  await holdTab(false, vi.fn());
  const second = holdTab(false, vi.fn());
  await vi.advanceTimersByTimeAsync(300);
  tabs.shift();
  void tabs[0]?.hold();
  expect(await second).toBe(true);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(tabs.length).toBe(1);
});

it("a tab from which it is taken hears of that", async () => {
  const lost = vi.fn();
  await holdTab(false, lost);
  expect(await holdTab(true, vi.fn())).toBe(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(lost).toHaveBeenCalledOnce();
});
