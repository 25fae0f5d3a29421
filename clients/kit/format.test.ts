import { afterEach, describe, expect, it } from "vitest";

import { bytes, day, moment, span, timeOfDay } from "./format";
import { reader } from "./words.svelte";

afterEach(() => (reader.language = "id"));

it("times are those of the municipality, as each language writes them", () => {
  const at = new Date("2026-11-22T01:15:00Z");
  expect(moment(at, "WIB")).toBe("22 Nov 2026, 08.15 WIB");
  expect(timeOfDay(at, "WIT")).toBe("10.15 WIT");
  reader.language = "en";
  expect(moment(at, "WITA")).toBe("22 Nov 2026, 09:15 WITA");
});

it("days are written out", () => {
  expect(day("1990-07-05")).toBe("5 Juli 1990");
  expect(day("tidak tahu")).toBe("tidak tahu");
});

describe("a span", () => {
  it.each([
    [872_000, "14 menit 32 detik"],
    [86_400_000, "24 jam"],
    [3_661_000, "1 jam 1 menit"],
    [60_000, "1 menit"],
    [1_001, "2 detik"],
    [0, "0 detik"],
    [-5, "0 detik"],
  ])("of %d ms is %s", (milliseconds, words) => expect(span(milliseconds)).toBe(words));

  it("counts in English, too", () => {
    reader.language = "en";
    expect(span(61_000)).toBe("1 minute 1 second");
  });
});

it("sizes of files have a comma", () => {
  expect(bytes(1_400_000)).toBe("1,4 MB");
  expect(bytes(812)).toBe("1 kB");
});
