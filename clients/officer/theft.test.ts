import { expect, it } from "vitest";

import { faultOf, moment, sent } from "./theft";

const activated = "2026-09-01T02:03:04.500Z";
const now = Date.parse("2026-11-22T04:00:00Z");

it("a day and a time are those of the office's zone", () => {
  expect(moment("2026-11-22", "05:30", "WIB")?.toISOString()).toBe("2026-11-21T22:30:00.000Z");
  expect(moment("2026-11-22", "05:30", "WIT")?.toISOString()).toBe("2026-11-21T20:30:00.000Z");
  expect(moment("2026-11-22", "", "WIB")).toBe(null);
  expect(moment("", "05:30", "WIB")).toBe(null);
});

it("a theft is neither in the future nor before the phone was activated", () => {
  const fault = (iso: string) => faultOf(new Date(iso), { now, activated });
  expect(faultOf(null, { now, activated })).toBe("missing");
  expect(fault("2026-11-22T04:01:00Z")).toBe("future");
  expect(fault("2026-09-01T02:02:00Z")).toBe("early");
  expect(fault("2026-11-21T22:30:00Z")).toBe(null);
});

it("within the minute of its activation a phone can be stolen", () => {
  const at = new Date("2026-09-01T02:03:00Z");
  expect(faultOf(at, { now, activated })).toBe(null);
  expect(sent(at, activated)).toBe(activated);
  expect(sent(new Date("2026-09-01T02:04:00Z"), activated)).toBe("2026-09-01T02:04:00.000Z");
});
