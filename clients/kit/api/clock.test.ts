import { expect, it } from "vitest";

import { ServiceClock } from "./clock";

/** A phone whose wall clock is two hours slow. */
function phone() {
  const spans = { now: 1_000, wall: Date.parse("2026-11-22T08:00:00Z") };
  const pass = (milliseconds: number) => {
    spans.now += milliseconds;
    spans.wall += milliseconds;
  };
  return { spans, pass, clock: new ServiceClock({ steady: () => spans.now, wall: () => spans.wall }) };
}

it("the service's clock counts, whatever the phone's says", () => {
  const { clock, pass } = phone();
  expect(clock.now()).toBe(Date.parse("2026-11-22T08:00:00Z"));
  expect(clock.isSet).toBe(false);
  const mark = clock.mark();
  pass(300);
  clock.read("Sun, 22 Nov 2026 10:00:00 GMT", mark);
  pass(5_000);
  expect(clock.now()).toBe(Date.parse("2026-11-22T10:00:05.300Z"));
  expect(clock.isSet).toBe(true);
});

it("what is counted down goes on while the phone sleeps, when its steady clock does not", () => {
  const { clock, spans } = phone();
  clock.read("Sun, 22 Nov 2026 10:00:00 GMT", clock.mark());
  spans.wall += 60_000;
  expect(clock.now()).toBe(Date.parse("2026-11-22T10:01:00Z"));
});

it("a wall clock that is set back does not bring time back", () => {
  const { clock, spans } = phone();
  clock.read("Sun, 22 Nov 2026 10:00:00 GMT", clock.mark());
  spans.now += 10_000;
  spans.wall -= 3_600_000;
  expect(clock.now()).toBe(Date.parse("2026-11-22T10:00:10Z"));
});

it("an answer without a usable date changes nothing", () => {
  const { clock } = phone();
  clock.read(null, 0);
  clock.read("yesterday", 0);
  expect(clock.isSet).toBe(false);
});
