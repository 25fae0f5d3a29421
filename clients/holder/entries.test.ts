import { describe, expect, it } from "vitest";

import { digits, faultOfNik, isEmail, isPhone, meantEmail, rulesOfPin } from "./entries";

describe("a NIK", () => {
  it.each(["3577014507900003", " 3577 0145 0790 0003 ", "35.77.01.450790.0003", "357701-450790-0003", "３５７７０１４５０７９００００３"])(
    "is read as people write it: %j",
    (typed) => {
      expect(faultOfNik(typed)).toBeNull();
      expect(digits(typed)).toBe("3577014507900003");
    },
  );

  it.each([
    ["", "short"],
    ["357701450790000", "short"],
    ["35770145079000031", "long"],
    ["357701450790000a", "letters"],
    ["5577010101900001", "impossible"], // no such province
    ["3500010101900001", "impossible"], // no such regency
    ["3577000101900001", "impossible"], // no such district
    ["3577013201900001", "impossible"], // day 32
    ["3577014001900001", "impossible"], // day 40
    ["3577017201900001", "impossible"], // day 72
    ["3577013002900001", "impossible"], // 30 February
    ["3577012902990001", "impossible"], // 29 February 1999
    ["3577010113900001", "impossible"], // month 13
    ["3577010101900000", "impossible"], // serial 0
  ])("is refused where there can be none: %j is %s", (typed, fault) => {
    expect(faultOfNik(typed)).toBe(fault);
  });

  it("may name 29 February of 2000", () => {
    expect(faultOfNik("3577012902000001")).toBeNull();
  });
});

describe("an e-mail address", () => {
  it.each(["siti@contoh.id", " siti.aminah+ikd@mail.contoh.go.id "])("is taken: %j", (typed) => expect(isEmail(typed)).toBe(true));
  it.each(["siti", "siti@", "@contoh.id", "siti@contoh", "siti aminah@contoh.id", "a@b@c.id", ".a@b.id", "a@-b.id"])(
    "is refused: %j",
    (typed) => expect(isEmail(typed)).toBe(false),
  );
  it.each([
    ["siti@gmial.com", "siti@gmail.com"],
    ["siti@gmai.com", "siti@gmail.com"],
    ["siti@gmaill.com", "siti@gmail.com"],
    ["siti@yaho.co.id", "siti@yahoo.co.id"],
  ])("%s probably means %s", (typed, meant) => expect(meantEmail(typed)).toBe(meant));
  it.each(["siti@gmail.com", "siti@contoh.id", "siti@mail.com"])("means what it says: %s", (typed) => {
    expect(meantEmail(typed)).toBe(typed === "siti@mail.com" ? "siti@gmail.com" : null);
  });
});

describe("a phone number", () => {
  it.each(["0812-3456-7890", "+62 812 3456 7890", "62812 34567890", "+62 (0)812-3456-7890", "0062 812 3456 7890", "(0351) 123456"])(
    "is taken: %j",
    (typed) => expect(isPhone(typed)).toBe(true),
  );
  it.each(["", "0812", "0812ABCDEFG", "+1 202 555 0100", "812345"])("is refused: %j", (typed) => expect(isPhone(typed)).toBe(false));
});

describe("a new PIN", () => {
  const broken = (old: string, pin: string, again = pin) =>
    Object.entries(rulesOfPin(old, pin, again))
      .filter(([, isKept]) => !isKept)
      .map(([rule]) => rule);

  it("that is good keeps every rule", () => expect(broken("492817", "142857")).toEqual([]));
  it.each(["777777", "121212", "123123"])("does not repeat: %s", (pin) => expect(broken("492817", pin)).toEqual(["repeated"]));
  it.each(["123456", "210987", "654321", "789012"])("does not count: %s", (pin) => expect(broken("492817", pin)).toEqual(["sequential"]));
  it("differs from the old one", () => expect(broken("142857", "142 857")).toEqual(["different"]));
  it("is typed twice", () => expect(broken("492817", "142857", "142858")).toEqual(["same"]));
  it("keeps no rule before it is typed", () => expect(broken("", "")).toEqual(["six", "repeated", "sequential", "different", "same"]));
});
