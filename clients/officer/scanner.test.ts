import { describe, expect, it } from "vitest";

import { ScannerFilter, type Key } from "./scanner";

/** The counter's page has the same rules, in a file of its own that is served as it is. */
const [counters] = Object.values(
  import.meta.glob<{ ScannerFilter: typeof ScannerFilter }>("../counter/page/scanner.js", { eager: true }),
);

const CODE = "U2TK7NLLVMN3OGH5NQSO2IKKFMYVIU56GGR5QTJOUGBJVID44R3OGBC2UU";

/** A desk where keys are pressed, and what came of them. */
function desk(Filter = ScannerFilter) {
  const scans: string[] = [];
  let begun = 0;
  let time = 1_000;
  const filter = new Filter({ begun: () => void begun++, scanned: (text) => void scans.push(text) });
  const press = (key: string, gap = 8, more: Partial<Key> = {}) =>
    filter.takes({ key, time: (time += gap), isChord: false, isField: false, isRepeat: false, ...more });
  const type = (text: string, gap = 8) => [...text].map((key, at) => press(key, at === 0 ? 5_000 : gap));
  const wait = (gap: number) => filter.rest((time += gap));
  return { scans, press, type, wait, filter, begun: () => begun };
}

describe.each<[string, typeof ScannerFilter | undefined]>([
  ["console", ScannerFilter],
  ["counter", counters?.ScannerFilter],
])("at the %s", (_, Filter) => {
  it("there is a filter", () => expect(Filter).toBeTypeOf("function"));

  describe("a scanner", () => {
    it.each(["Enter", "Tab"])("types a code that ends with %s, which has no other effect", (end) => {
      const { scans, press, type, begun } = desk(Filter);
      const taken = type(CODE);
      expect(taken.indexOf(true)).toBe(19);
      expect(taken.slice(19).every(Boolean)).toBe(true);
      expect(begun()).toBe(1);
      expect(press(end)).toBe(true);
      expect(scans).toEqual([CODE]);
    });

    it("may send the line end as Ctrl+J, twice, or not at all", () => {
      const { scans, press, type, wait } = desk(Filter);
      type(CODE);
      expect(press("Control", 8, { isChord: true })).toBe(false);
      expect(press("j", 8, { isChord: true })).toBe(true);
      expect(press("Enter")).toBe(true);
      expect(scans).toEqual([CODE]);
      type(CODE);
      wait(100);
      expect(scans.length).toBe(1);
      wait(150);
      expect(scans.length).toBe(2);
      expect(press("Enter")).toBe(true);
      expect(press("Enter", 60)).toBe(false);
    });

    it("may press Shift between, pause once it is known, and be followed by the officer's Enter", () => {
      const { scans, press, type } = desk(Filter);
      type(CODE.slice(0, 30));
      press("Shift");
      press(CODE[30] ?? "", 180);
      [...CODE.slice(31)].forEach((key) => press(key));
      press("Enter");
      expect(scans).toEqual([CODE]);
      press("F8", 100);
      expect(press("Enter", 50)).toBe(false);
    });
  });

  describe("a short code", () => {
    it.each([
      ["an article's", "8992761111113"],
      ["a card's", "3577014507900003"],
    ])("such as %s presses no button with its line end, nor with a second one", (_, digits) => {
      for (const end of ["Enter", "Tab"]) {
        const { scans, press, type, begun } = desk(Filter);
        expect(type(digits).some(Boolean)).toBe(false);
        expect([press(end), press("Enter"), press("Enter", 30)]).toEqual([true, true, false]);
        expect(scans).toEqual([]);
        expect(begun(), "it is taken out of the text that it was typed into").toBe(1);
      }
    });

    it("is read in the console's own field, once", () => {
      const { press, type, begun } = desk(Filter);
      type("3577014507900003");
      expect([press("Enter", 8, { isField: true }), press("Enter", 8, { isField: true })]).toEqual([false, true]);
      expect(begun()).toBe(0);
      expect(press("Enter", 900, { isField: true })).toBe(false);
    });

    it("of fewer keys than an officer may type at once is none", () => {
      const { press, type } = desk(Filter);
      type("12345");
      expect(press("Enter")).toBe(false);
      type("123456");
      expect(press("Enter", 51)).toBe(false);
    });
  });

  describe("an officer", () => {
    it("holds a key down, which is no scan", () => {
      const { scans, press, filter } = desk(Filter);
      press("x", 500);
      for (let time = 0; time < 40; time++) expect(press("x", 30, { isRepeat: true })).toBe(false);
      expect(filter.run).toBe(1);
      expect(press("Enter")).toBe(false);
      expect(scans).toEqual([]);
    });

    it("gets no button pressed by a scanner whose last key hangs", () => {
      const { press, type } = desk(Filter);
      type(CODE);
      expect(press("Enter")).toBe(true);
      for (let time = 0; time < 10; time++) expect(press("Enter", 100, { isRepeat: true })).toBe(true);
    });

    it("types a NIK and presses Enter", () => {
      const { scans, press, type } = desk(Filter);
      expect(type("3577014507900003", 120).some(Boolean)).toBe(false);
      expect(press("Enter", 120)).toBe(false);
      expect(scans).toEqual([]);
    });

    it("types a long sentence, at times very fast", () => {
      const { scans, press } = desk(Filter);
      for (let word = 0; word < 10; word++) {
        [..."mirip dengan"].forEach((key, at) => expect(press(key, at === 0 ? 150 : 30)).toBe(false));
      }
      expect(scans).toEqual([]);
    });

    it("presses one key, which is no scan until another follows at once", () => {
      const { press, filter } = desk(Filter);
      press("1", 500);
      expect(filter.run).toBe(1);
      press("2");
      expect(filter.run).toBe(2);
      press("3", 500);
      expect(filter.run).toBe(1);
      press("a", 8, { isChord: true });
      expect(filter.run).toBe(0);
    });
  });
});

it("the console reads the same code twice within two seconds once", () => {
  const { scans, press } = desk();
  const again = (gap: number) => [...CODE, "Enter"].forEach((key, at) => press(key, at === 0 ? gap : 5));
  again(5_000);
  again(700);
  expect(scans.length).toBe(1);
  again(3_000);
  expect(scans.length).toBe(2);
  expect(press("Escape")).toBe(false);
});
