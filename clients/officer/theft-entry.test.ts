import { expect, it } from "vitest";

import { TheftEntry } from "./theft-entry.svelte";
import { words } from "./words";

const known = { now: Date.parse("2026-11-22T04:00:00Z"), activated: "2026-09-01T02:03:04.500Z", zone: "WIB" as const };

it("what is wrong with an entry is said until the entry is changed", () => {
  const theft = new TheftEntry();
  expect(theft.report(known)).toBe(null);
  expect([theft.sinceError, theft.textError].every((error) => error !== "")).toBe(true);
  theft.day = "2026-11-21";
  expect([theft.sinceError, theft.textError === ""]).toEqual(["", false]);
  theft.justification = "Dilaporkan oleh pemiliknya di kantor Dukcapil.";
  expect(theft.textError).toBe("");
  expect(theft.report(known)).toBe(null);
  expect(theft.sinceError).toBe(words.theft.faults.missing[0]);
  theft.time = "10:00";
  expect(theft.sinceError).toBe("");
  expect(theft.report(known)).toEqual({
    reason: "stolen", stolen_since: "2026-11-21T03:00:00.000Z", justification: "Dilaporkan oleh pemiliknya di kantor Dukcapil.",
  });
});
