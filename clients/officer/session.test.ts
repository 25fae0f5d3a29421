import { describe, expect, it } from "vitest";

import { SessionClock, endOf, idleOf, lifetime } from "./session";

it("a session counts down, whatever is done to the clock on the wall", () => {
  const spans = { now: 0, wall: 5_000_000 };
  const clock = new SessionClock(2_520, { steady: () => spans.now, wall: () => spans.wall });
  expect(endOf(clock.left())).toEqual({ minutes: 42, isNear: false, isOver: false });
  spans.now = 60_001;
  spans.wall -= 3_600_000;
  expect(endOf(clock.left()).minutes).toBe(41);
});

it("a computer that slept has used up its session", () => {
  const spans = { now: 0, wall: 0 };
  const clock = new SessionClock(600, { steady: () => spans.now, wall: () => spans.wall });
  spans.wall = 3_600_000;
  expect(endOf(clock.left())).toEqual({ minutes: 0, isNear: true, isOver: true });
});

it("the end is announced for the last two minutes", () => {
  expect(endOf(120_001).isNear).toBe(false);
  expect(endOf(120_000)).toEqual({ minutes: 2, isNear: true, isOver: false });
  expect(endOf(1)).toEqual({ minutes: 1, isNear: true, isOver: false });
});

describe("a token's lifetime", () => {
  const token = (claims: object) => `h.${btoa(JSON.stringify(claims)).replaceAll("=", "")}.s`;

  it("is what the issuer says", () => expect(lifetime(token({ iat: 100, exp: 700 }), 3_600)).toBe(3_600));
  it("is what the token says where the issuer is silent", () => expect(lifetime(token({ iat: 100, exp: 700 }), undefined)).toBe(600));
  it("is an hour where nobody says it", () => expect(lifetime("opaque", undefined)).toBe(3_600));
});

it("an unused screen is emptied after five minutes, announced half a minute before", () => {
  expect(idleOf(269_999)).toEqual({ isOver: false, announced: null });
  expect(idleOf(270_000)).toEqual({ isOver: false, announced: 30_000 });
  expect(idleOf(300_000)).toEqual({ isOver: true, announced: null });
});
