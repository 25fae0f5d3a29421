// The screens by the name in their address, and who may open them.

/** How far somebody is, as the service says. */
export type Stage = "none" | "unsent" | "pending" | "approved" | "rejected" | "active" | "ended" | "blocked";

export const SCREENS = {
  "selamat-datang": "public",
  pasang: "public",
  "kunci-tidak-ada": "public",
  "periksa-tanda-tangan": "public",
  bantuan: "public",
  daftar: "registering",
  "ambil-foto": "registering",
  periksa: "registering",
  tiket: "pending",
  "email-aktivasi": "approved",
  ditolak: "rejected",
  berakhir: "ended",
  diblokir: "blocked",
  masuk: "active",
  "ubah-pin": "session",
  "halaman-utama": "session",
  biodata: "session",
  "data-keluarga": "session",
  dokumen: "session",
  "ktp-digital": "session",
  kode: "session",
  persetujuan: "session",
  hasil: "session",
  histori: "session",
  "tanda-tangan": "session",
  blokir: "session",
  "unduh-data": "session",
  hapus: "session",
} as const;

export type Screen = keyof typeof SCREENS;

/** A screen by its address's fragment. */
export function screenOf(hash: string): Screen | null {
  const name = hash.replace(/^#/, "");
  return Object.hasOwn(SCREENS, name) ? (name as Screen) : null;
}

export interface Place {
  stage: Stage;
  session: "none" | "change-pin" | "holder";
  /** What the registration's form holds: nothing, data that are right, or a photo, too. */
  draft: "empty" | "data" | "photo";
  /** Whether the holder has chosen what a code discloses. */
  hasChosen: boolean;
  /** Whether somebody asks the holder for data, or has asked. */
  asking: "none" | "open" | "ended";
}

/** The screens of a session whose PIN is still the activation code. */
const WITH_FIRST_PIN: Screen[] = ["ubah-pin", "blokir"];

/** Where somebody belongs who asks for nothing in particular. */
export function homeOf({ stage, session }: Place): Screen {
  switch (stage) {
    case "none": return "selamat-datang";
    case "unsent": return "daftar";
    case "pending": return "tiket";
    case "approved": return "email-aktivasi";
    case "rejected": return "ditolak";
    case "ended": return "berakhir";
    case "blocked": return "diblokir";
    case "active":
      if (session === "none") return "masuk";
      return session === "holder" ? "halaman-utama" : "ubah-pin";
  }
}

/** The screen that is shown when this one is asked for: itself, or the one that has to come before. */
export function permitted(asked: Screen, place: Place): Screen {
  switch (SCREENS[asked]) {
    case "public":
      return asked;
    case "registering":
      if (place.stage === "active" || place.stage === "approved") return homeOf(place);
      if (asked === "ambil-foto" && place.draft === "empty") return "daftar";
      if (asked === "periksa" && place.draft !== "photo") return place.draft === "data" ? "ambil-foto" : "daftar";
      return asked;
    case "session": {
      if (place.stage !== "active" || place.session === "none") return homeOf(place);
      if (place.session !== "holder") return WITH_FIRST_PIN.includes(asked) ? asked : "ubah-pin";
      if (asked === "persetujuan" || asked === "hasil") return screenOfAsking(place);
      // A new code would end the question.
      if (place.asking === "open" && (asked === "kode" || asked === "ktp-digital")) return "persetujuan";
      // A code is made as soon as it is shown: never without a choice.
      return asked === "kode" && !place.hasChosen ? "ktp-digital" : asked;
    }
    case "active":
      return place.stage === "active" && place.session === "none" ? asked : homeOf(place);
    default:
      return SCREENS[asked] === place.stage ? asked : homeOf(place);
  }
}

function screenOfAsking({ asking }: Place): Screen {
  switch (asking) {
    case "open": return "persetujuan";
    case "ended": return "hasil";
    case "none": return "ktp-digital";
  }
}

/**
 * The screen that the app opens with. A form was closed with what was typed into it: it begins again where it began, and
 * `isEmptied` says that something may have been typed. A form whose answer was lost is home itself.
 */
export function opening(asked: Screen | null, place: Place): { screen: Screen; isEmptied: boolean } {
  const home = homeOf(place);
  const screen = asked === null ? home : permitted(asked, place);
  const isEmptied = SCREENS[screen] === "registering" && place.draft === "empty" && screen !== home;
  return { screen: isEmptied ? home : screen, isEmptied };
}
