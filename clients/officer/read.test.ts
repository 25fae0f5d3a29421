import { describe, expect, it } from "vitest";

import { read } from "./read";

const TICKET = "U2TK7NLLVMN3OGH5NQSO2IKKFMYVIU56GGR5QTJOUGBJVID44R3OGBC2UU";

describe("what was read", () => {
  it.each([
    ["a ticket", TICKET],
    ["a ticket under Caps Lock", TICKET.toLowerCase()],
    ["a ticket with a line end", `${TICKET}\r\n`],
    ["a ticket in groups", TICKET.replace(/(.{4})/g, "$1 ")],
    ["a ticket typed with hyphens, zero and one", TICKET.replace(/(.{4})/g, "$1-").replaceAll("O", "0").replaceAll("I", "1")],
  ])("%s", (_, text) => expect(read(text)).toEqual({ kind: "ticket", ticket: TICKET }));

  it.each([
    ["a NIK", "3577014507900003", { kind: "nik", nik: "3577014507900003" }],
    ["a NIK as the card groups it", " 3577-0145 0790 0003 ", { kind: "nik", nik: "3577014507900003" }],
    ["too few digits", "357701450790000", { kind: "digits", count: 15 }],
    ["the code of a KTP Digital", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", { kind: "card" }],
    ["a ticket that was cut off", TICKET.slice(1), { kind: "nothing" }],
    ["an address", "https://contoh.id/", { kind: "nothing" }],
    ["nothing", "", { kind: "nothing" }],
  ])("%s", (_, text, expected) => expect(read(text)).toEqual(expected));
});
