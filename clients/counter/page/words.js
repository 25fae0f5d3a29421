// What the clerk reads, in both languages: Indonesian first.

const KEPT_AS = "language";

export const words = {
  language: localStorage.getItem(KEPT_AS) === "en" ? "en" : "id",
  say(id, en) {
    return this.language === "en" ? en : id;
  },
  change() {
    this.language = this.language === "en" ? "id" : "en";
    localStorage.setItem(KEPT_AS, this.language);
  },
  /** The other language as its own speakers call it. */
  other() {
    return this.language === "en" ? { tag: "id", name: "Bahasa Indonesia" } : { tag: "en", name: "English" };
  },
  label(label) {
    return label[this.language];
  },
  /** A time of day, with the zone of this computer. */
  time(moment) {
    const form = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
    return new Intl.DateTimeFormat(this.language === "en" ? "en-GB" : "id-ID", form).format(new Date(moment));
  },
  /** A date without a time, as `2026-11-22`. */
  date(day) {
    const form = { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
    return new Intl.DateTimeFormat(this.language === "en" ? "en-GB" : "id-ID", form).format(new Date(`${day}T00:00:00Z`));
  },
};

/** What each claim is called. */
export function nameOfClaim(claim) {
  const names = {
    nik: () => "NIK",
    name: () => words.say("Nama", "Name"),
    birthdate: () => words.say("Tanggal lahir", "Date of birth"),
    address: () => words.say("Alamat", "Address"),
    gender: () => words.say("Jenis kelamin", "Sex"),
    picture: () => words.say("Foto kependudukan", "Registry photograph"),
    family_card_number: () => words.say("Nomor KK", "Family card number"),
    age_over_17: () => words.say("Usia 17+", "Age 17+"),
  };
  return names[claim]?.() ?? claim;
}

/** What a refusal of each kind is called, how it looks, and what is done then. */
export function ofRefusal(kind) {
  const kinds = {
    "scan-again": {
      look: "info",
      word: words.say("Ulangi", "Scan again"),
      then: words.say("Minta pemilik menampilkan kode QR baru, lalu pindai.", "Ask the holder to show a new QR code, then scan it."),
    },
    "do-not-accept": {
      look: "bad",
      word: words.say("Jangan terima", "Do not accept"),
      then: words.say("Minta dokumen identitas lain.", "Ask for another identity document."),
    },
    "call-administrator": {
      look: "warn",
      word: words.say("Hubungi admin", "Call your administrator"),
      then: words.say(
        "Pemilik tidak perlu berbuat apa-apa. Hubungi admin lembaga Anda.",
        "The holder need not do anything. Call the administrator of your organisation.",
      ),
    },
  };
  return kinds[kind] ?? kinds["call-administrator"];
}

/** What a refusal is called that is the holder's own. */
export function ofHolder(problem) {
  const answers = {
    "holder-declined": () => words.say("Pemilik menolak. Tidak ada data.", "The holder refuses. There are no data."),
    "holder-did-not-answer": () =>
      words.say("Pemilik tidak menjawab. Minta kode baru.", "The holder did not answer. Ask for a new code."),
  };
  const word = answers[problem]?.();
  return word && { word };
}

/** What this program says where the service has no sentence. */
export function ofOwnProblem(problem) {
  const problems = {
    "assertion-not-verified": () =>
      words.say(
        "Tanda tangan layanan tidak cocok. Jangan terima data ini, dan laporkan kepada admin.",
        "The signature of the service does not match. Do not accept these data, and report it to your administrator.",
      ),
  };
  return problems[problem]?.();
}

/** Why a scanned text was not sent. */
export function ofNotTaken(reason) {
  const reasons = {
    ticket: () =>
      words.say(
        "Ini QR pendaftaran untuk petugas Dukcapil. Minta pemilik membuka menu KTP Digital.",
        "This is a registration code for officers. Ask the holder to open the menu KTP Digital.",
      ),
    "no-code": () =>
      words.say(
        "Ini bukan kode QR dari menu KTP Digital. Belum ada yang terkirim.",
        "This is not a QR code from the menu KTP Digital. Nothing was sent.",
      ),
    "not-seen": () => words.say("Kode ini belum dipindai di loket ini.", "This code was not scanned at this counter."),
    "not-written": () =>
      words.say(
        "Pindaian tidak dapat dicatat di komputer ini, jadi belum ada yang terkirim. Hubungi admin.",
        "The scan cannot be recorded on this computer, so nothing was sent. Call your administrator.",
      ),
  };
  const unknown = words.say("Pindaian ini tidak dapat diproses. Hubungi admin.", "This scan cannot be processed. Call your administrator.");
  return reasons[reason]?.() ?? unknown;
}

/** What the self-test looks at, in the words of a check that passed. */
export const CHECKS = {
  key: () => words.say("Kunci lembaga ditemukan", "The key of your organisation was found"),
  service: () => words.say("Layanan menjawab, dan kuncinya terbaca", "The service answers, and its keys were read"),
  client: () => words.say("Layanan mengenali lembaga Anda", "The service knows your organisation"),
  clock: () => words.say("Jam komputer tepat", "The clock of this computer is right"),
};

/** What a check found that did not pass. */
export function ofCheck(check) {
  const checks = {
    service: () => words.say("Layanan tidak dapat dipakai", "The service cannot be used"),
    client: () => words.say("Identitas lembaga tidak dapat diverifikasi", "Your organisation could not be authenticated"),
    program: () =>
      words.say(
        "Program loket tidak berjalan. Jalankan lagi di komputer ini.",
        "The counter program is not running. Start it again on this computer.",
      ),
    record: () =>
      words.say(
        "Program loket tidak dapat memakai catatannya di komputer ini. Hubungi admin.",
        "The counter program cannot use its records on this computer. Call your administrator.",
      ),
  };
  const unknown = words.say("Loket tidak dapat dipakai. Hubungi admin.", "The counter cannot be used. Call your administrator.");
  return checks[check]?.() ?? unknown;
}

/** Why a check did not pass; nothing where there is no more to say. */
export function ofCause(cause) {
  const causes = {
    "no-answer": () =>
      words.say(
        "Layanan tidak menjawab. Periksa jaringan komputer ini.",
        "The service does not answer. Check the network of this computer.",
      ),
    later: () =>
      words.say("Layanan sedang mengalami gangguan. Coba lagi sebentar lagi.", "The service is temporarily unavailable. Try again in a while."),
    refused: () =>
      words.say("Layanan menolak lembaga Anda. Hubungi admin.", "The service refuses your organisation. Call your administrator."),
    unexpected: () =>
      words.say(
        "Jawabannya bukan dari layanan ini. Admin perlu memeriksa alamat layanan.",
        "The answer is not one of this service. Your administrator has to check the service's address.",
      ),
    "not-https": () => words.say("Alamat layanan harus dimulai dengan https.", "The address of the service must begin with https."),
  };
  return causes[cause]?.();
}
