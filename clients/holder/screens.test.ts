import { describe, expect, it } from "vitest";

import { SCREENS, homeOf, opening, permitted, screenOf, type Place, type Screen, type Stage } from "./screens";

const place = (changed: Partial<Place>): Place => ({ stage: "none", session: "none", draft: "empty", hasChosen: false, asking: "none", ...changed });
const all = Object.keys(SCREENS) as Screen[];
const STAGES: Stage[] = ["none", "unsent", "pending", "approved", "rejected", "active", "ended", "blocked"];

describe("a typed address", () => {
  it("opens nothing that is behind the log-in", () => {
    for (const stage of STAGES) {
      for (const screen of all.filter((screen) => SCREENS[screen] === "session")) {
        expect(SCREENS[permitted(screen, place({ stage }))], `${stage}, ${screen}`).not.toBe("session");
      }
    }
  });

  it("does not lead past the change of the first PIN", () => {
    const first = place({ stage: "active", session: "change-pin" });
    for (const screen of all.filter((screen) => SCREENS[screen] === "session")) {
      expect(["ubah-pin", "blokir"], screen).toContain(permitted(screen, first));
    }
    expect(homeOf(first)).toBe("ubah-pin");
  });

  it("shows no code before somebody has chosen what it discloses", () => {
    const holder = place({ stage: "active", session: "holder" });
    expect(permitted("kode", holder)).toBe("ktp-digital");
    expect(permitted("kode", { ...holder, hasChosen: true })).toBe("kode");
    expect(permitted("histori", holder)).toBe("histori");
  });

  it("shows a question while it is open, its end afterwards, and makes no code meanwhile", () => {
    const holder = place({ stage: "active", session: "holder", hasChosen: true });
    const questions: Screen[] = ["persetujuan", "hasil"];
    for (const asked of questions) {
      expect(permitted(asked, holder)).toBe("ktp-digital");
      expect(permitted(asked, { ...holder, asking: "open" })).toBe("persetujuan");
      expect(permitted(asked, { ...holder, asking: "ended" })).toBe("hasil");
    }
    expect(permitted("kode", { ...holder, asking: "open" })).toBe("persetujuan");
    expect(permitted("kode", { ...holder, asking: "ended" })).toBe("kode");
  });

  it("leads through the form in its order", () => {
    expect(permitted("periksa", place({}))).toBe("daftar");
    expect(permitted("ambil-foto", place({}))).toBe("daftar");
    expect(permitted("periksa", place({ draft: "data" }))).toBe("ambil-foto");
    expect(permitted("periksa", place({ draft: "photo" }))).toBe("periksa");
  });

  it("does not register a phone again that waits for its activation or is active", () => {
    expect(permitted("daftar", place({ stage: "active" }))).toBe("masuk");
    expect(permitted("daftar", place({ stage: "approved" }))).toBe("email-aktivasi");
    expect(permitted("daftar", place({ stage: "pending" }))).toBe("daftar");
  });

  it("that is none is none", () => {
    for (const hash of ["", "#", "#nothing", "#toString", "#__proto__"]) expect(screenOf(hash), hash).toBeNull();
    expect(screenOf("#ktp-digital")).toBe("ktp-digital");
  });
});

describe("the app that opens at a screen of the form", () => {
  const form: Screen[] = ["daftar", "ambil-foto", "periksa"];

  it.each<[Stage, Screen]>([
    ["none", "selamat-datang"],
    ["pending", "tiket"],
    ["rejected", "ditolak"],
    ["ended", "berakhir"],
    ["blocked", "diblokir"],
  ])("begins again where the form began, stage %s", (stage, screen) => {
    for (const asked of form) expect(opening(asked, place({ stage }))).toEqual({ screen, isEmptied: true });
  });

  it("says nothing of an entry where none was possible, or where the answer was lost", () => {
    for (const asked of form) {
      expect(opening(asked, place({ stage: "active" }))).toEqual({ screen: "masuk", isEmptied: false });
      expect(opening(asked, place({ stage: "approved" }))).toEqual({ screen: "email-aktivasi", isEmptied: false });
      expect(opening(asked, place({ stage: "unsent" }))).toEqual({ screen: "daftar", isEmptied: false });
    }
  });

  it("stays there where what was typed is still known", () => {
    expect(opening("periksa", place({ draft: "photo" }))).toEqual({ screen: "periksa", isEmptied: false });
  });

  it("is what it is with any other address", () => {
    expect(opening(null, place({}))).toEqual({ screen: "selamat-datang", isEmptied: false });
    expect(opening("bantuan", place({ stage: "pending" }))).toEqual({ screen: "bantuan", isEmptied: false });
    expect(opening("biodata", place({ stage: "active" }))).toEqual({ screen: "masuk", isEmptied: false });
  });
});

it("every stage has a screen of its own that may be shown", () => {
  const homes = STAGES.map((stage) => homeOf(place({ stage })));
  expect(new Set(homes).size).toBe(STAGES.length);
  for (const stage of STAGES) expect(permitted(homeOf(place({ stage })), place({ stage }))).toBe(homeOf(place({ stage })));
  expect(homeOf(place({ stage: "active", session: "holder" }))).toBe("halaman-utama");
});
