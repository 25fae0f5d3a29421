import { expect, it } from "vitest";

import { AWAY, IDLE, judge } from "./watch";

const SESSION = 600_000;
const watched = { now: 0, hiddenSince: null, lastTouch: 0, endsAt: SESSION };

it("goes on while somebody touches it", () => {
  expect(judge({ ...watched, now: 200_000, lastTouch: 199_000 })).toEqual({ lock: false, warning: null, left: 400_000 });
});

it("warns half a minute before it locks for idleness, and locks", () => {
  expect(judge({ ...watched, now: IDLE - 30_001 })).toMatchObject({ lock: false, warning: null });
  expect(judge({ ...watched, now: IDLE - 30_000 })).toEqual({ lock: false, warning: "idle", left: 30_000 });
  expect(judge({ ...watched, now: IDLE })).toEqual({ lock: true });
});

it("warns a minute before the session ends, and ends with it", () => {
  expect(judge({ ...watched, now: SESSION - 60_000, lastTouch: SESSION - 61_000 })).toEqual({ lock: false, warning: "end", left: 60_000 });
  expect(judge({ ...watched, now: SESSION, lastTouch: SESSION })).toEqual({ lock: true });
});

it("locks after two minutes elsewhere, and not for a file picker", () => {
  expect(judge({ ...watched, now: 30_000, hiddenSince: 0 })).toMatchObject({ lock: false });
  expect(judge({ ...watched, now: AWAY, hiddenSince: 0, lastTouch: AWAY })).toEqual({ lock: true });
});
