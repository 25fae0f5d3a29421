import { expect, it } from "vitest";

import { endsWith, isEmail } from "./entries";

it("an address has a name and a domain", () => {
  expect(["siti@contoh.id", " siti.aminah+ikd@surat.contoh.co.id "].every(isEmail)).toBe(true);
  expect(["siti", "siti@contoh", "siti @contoh.id", "@contoh.id", "siti@contoh.id.", ""].some(isEmail)).toBe(false);
});

it("the last four digits are those of this NIK", () => {
  expect(endsWith("3577014507900003", " 0003 ")).toBe(true);
  expect(["0004", "003", "3577014507900003", ""].some((typed) => endsWith("3577014507900003", typed))).toBe(false);
});
