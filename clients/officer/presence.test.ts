import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Presence } from "./presence.svelte";

const MINUTE = 60_000;
const listeners = new Map<string, () => void>();

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "performance", "Date"] });
  vi.stubGlobal("addEventListener", (event: string, heard: () => void) => listeners.set(event, heard));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function watched() {
  const said = { ended: vi.fn(), idle: vi.fn() };
  const presence = new Presence();
  presence.watch(said);
  presence.begin(3_600);
  return { ...said, press: () => listeners.get("keydown")?.() };
}

/** Only the clock on the wall goes on. */
const sleep = (span: number) => vi.setSystemTime(Date.now() + span);

it("nobody was there while the computer slept", () => {
  const { idle } = watched();
  sleep(6 * MINUTE);
  vi.advanceTimersByTime(1_000);
  expect(idle).toHaveBeenCalledOnce();
});

it("a key that wakes the computer finds the screen empty", () => {
  const { idle, press } = watched();
  sleep(6 * MINUTE);
  press();
  expect(idle).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(4 * MINUTE);
  expect(idle).toHaveBeenCalledOnce();
});

it("a key now and then keeps the screen", () => {
  const { idle, ended, press } = watched();
  for (let time = 0; time < 10; time++) {
    vi.advanceTimersByTime(4 * MINUTE);
    press();
  }
  expect(idle).not.toHaveBeenCalled();
  sleep(60 * MINUTE);
  press();
  expect([idle.mock.calls.length, ended.mock.calls.length]).toEqual([0, 1]);
});
