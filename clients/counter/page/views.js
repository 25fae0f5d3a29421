// What the page shows, made of elements: no text is ever read as HTML.

import { CHECKS, nameOfClaim, ofCause, ofCheck, ofHolder, ofNotTaken, ofOwnProblem, ofRefusal, words } from "./words.js";

/** An element with attributes, listeners (`onclick`) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (attribute.startsWith("on")) made.addEventListener(attribute.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(attribute, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child || child === 0));
  return made;
}

export function button(text, onclick, { primary = false, key } = {}) {
  const hint = key && element("kbd", { "aria-hidden": "true" }, key);
  const keys = key && { "aria-keyshortcuts": key === "Esc" ? "Escape" : key };
  return element("button", { type: "button", class: primary ? "primary" : undefined, onclick, ...keys }, text, hint);
}

const SHAPES = {
  good: "M16 2 4 7v9c0 7 5 12 12 14 7-2 12-7 12-14V7zm-2 20-6-6 2-2 4 4 8-8 2 2z",
  bad: "M10 2h12l8 8v12l-8 8H10l-8-8V10zm0 8 4 6-4 6h4l2-3 2 3h4l-4-6 4-6h-4l-2 3-2-3z",
  warn: "M16 3 1 29h30zm-1.5 9h3v9h-3zm0 11h3v3h-3z",
  info: "M16 2a14 14 0 1 0 14 14h-4a10 10 0 1 1-3-7l-4 4h11V2l-4 4a14 14 0 0 0-10-4z",
};

/** An element of a picture. */
function drawn(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}

function shape(look) {
  const picture = drawn("svg", { viewBox: "0 0 32 32", "aria-hidden": "true" });
  picture.append(drawn("path", { fill: "currentColor", "fill-rule": "evenodd", d: SHAPES[look] }));
  return picture;
}

/** A card whose title is a word with a shape: its colour says nothing more. */
export function card(look, title, ...children) {
  const heading = element("h2", { id: "outcome-title", class: "word", tabindex: "-1" }, shape(look), title);
  return element("div", { class: `card ${look}` }, heading, ...children);
}

/** C1: the self-test takes a while. */
export function starting() {
  return card("info", words.say("Memeriksa loket…", "Checking the counter…"));
}

/** C1: what the self-test found, where something is wrong. */
export function failures({ failures: found, clock_ahead: ahead = 0 }, again) {
  const details = (detail) =>
    element("details", {}, element("summary", {}, words.say("Rincian", "Details")), element("p", { class: "small" }, detail));
  const items = found.map(({ check, cause, detail }) => {
    const said = [element("strong", {}, ofCheck(check)), cause && element("p", {}, ofCause(cause)), detail && details(detail)];
    return element("li", {}, element("div", {}, said));
  });
  return card(
    "warn",
    words.say("Loket belum siap", "The counter is not ready"),
    element("ul", { class: "plain" }, items),
    clockNote(ahead),
    element("div", { class: "buttons" }, button(words.say("Periksa lagi", "Check again"), again, { primary: true })),
  );
}

/** C1: what the self-test found, where all is well but perhaps the clock, which has a note of its own. */
export function tested({ clock_ahead: ahead }) {
  const passed = Object.entries(CHECKS).filter(([check]) => check !== "clock" || !clockNote(ahead));
  return element(
    "details",
    { class: "small" },
    element("summary", {}, words.say("Loket siap", "The counter is ready")),
    element("ul", {}, passed.map(([, said]) => element("li", {}, said()))),
  );
}

/** A computer whose clock is wrong: the service's counts, but somebody should set it. */
export function clockNote(ahead) {
  const minutes = Math.round(Math.abs(ahead) / 60);
  if (minutes < 1) return null;
  const text = words.say(`Jam komputer meleset ${minutes} menit.`, `The clock of this computer is ${minutes} min off.`);
  return element("p", { class: "small" }, text);
}

/** C2 and C3: the purpose, and the one field. */
export function panel({ registration, purpose, choose, send, camera }) {
  const title = element("h2", { id: "panel-title" }, words.say("Pindai", "Scan"));
  const choices = registration.purposes.map(({ name, label }) => {
    const input = { type: "radio", name: "purpose", value: name, checked: name === purpose, onchange: () => choose(name) };
    return element("label", { class: "choice" }, element("input", input), words.label(label));
  });
  const field = element("input", {
    id: "field",
    type: "text",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-describedby": "hint",
    "aria-keyshortcuts": "F2",
  });
  const submit = (event) => {
    event.preventDefault();
    const text = field.value;
    field.value = "";
    send(text);
  };
  const hint = words.say(
    "Minta pemilik menampilkan kode KTP Digital, lalu pindai.",
    "Ask the holder to show the code of KTP Digital, then scan it.",
  );
  return [
    title,
    element("fieldset", {}, element("legend", {}, words.say("Tujuan", "Purpose")), choices),
    element(
      "form",
      { onsubmit: submit, autocomplete: "off" },
      element("label", { for: "field" }, words.say("Kode QR", "QR code"), element("kbd", { "aria-hidden": "true" }, "F2")),
      element("p", { id: "hint", class: "hint" }, hint),
      element(
        "div",
        { class: "scan" },
        field,
        element("button", { type: "submit", class: "primary" }, words.say("Periksa", "Check")),
        button(words.say("Gunakan kamera", "Use the camera"), camera),
      ),
      element("div", { id: "camera" }),
    ),
  ];
}

/** C4. */
export function asking() {
  return card("info", words.say("Memeriksa…", "Checking…"));
}

/** The order of the rows below the name. */
const ORDER = ["nik", "birthdate", "gender", "address", "family_card_number", "age_over_17"];

/** C5: who the holder is. */
export function verified(answer, { finish, prolong, left, mayProlong }) {
  const { claims } = answer;
  const others = Object.keys(claims).filter((name) => !ORDER.includes(name) && !["name", "picture"].includes(name));
  const rows = [...ORDER, ...others].filter((name) => name in claims).map((name) => [name, claims[name]]);
  const repeated = words.say(
    `Hasil pindaian pukul ${words.time(answer.redeemed_at)}, ditampilkan lagi.`,
    `The result of a scan at ${words.time(answer.redeemed_at)}, shown again.`,
  );
  return card(
    "good",
    words.say("Terverifikasi", "Verified"),
    answer.repeated && element("p", {}, element("strong", {}, repeated)),
    element(
      "div",
      { class: "person" },
      claims.picture && photograph(claims.picture),
      element(
        "div",
        { class: "data" },
        claims.name && element("p", { class: "name" }, claims.name),
        element("dl", {}, rows.map(([name, value]) => [element("dt", {}, nameOfClaim(name)), shown(name, value)])),
      ),
    ),
    answer.not_given.length > 0 && element("p", { class: "small" }, notGiven(answer.not_given)),
    element("p", { class: "small" }, provenance(answer)),
    element("p", {}, element("span", { id: "left", class: "clock" }, timeLeft(left))),
    element(
      "div",
      { class: "buttons" },
      button(words.say("Selesai", "Done"), finish, { primary: true, key: "Esc" }),
      mayProlong && button(words.say("Perpanjang 60 detik", "60 seconds more"), prolong, { key: "F8" }),
    ),
  );
}

/** C6: the holder is asked. The clerk says the digits, which nobody else may learn. */
export function awaiting({ digits, left, of, isLost }) {
  return card(
    "info",
    words.say("Menunggu pemilik", "Waiting for the holder"),
    element("p", {}, words.say("Sebutkan angka ini kepada pemilik:", "Tell the holder these digits:")),
    element("p", { class: "said" }, digits),
    element("p", {}, words.say("lalu minta menekan Setuju.", "and ask them to press Allow (Setuju).")),
    ring(left, of),
    element("p", { id: "lost", role: "status" }, isLost && lost()),
  );
}

/** Around a circle of this radius. */
const ROUND = 2 * Math.PI * 36;

function ring(left, of) {
  const picture = drawn("svg", { viewBox: "0 0 80 80", "aria-hidden": "true" });
  const gone = ROUND * (1 - Math.min(1, left / of));
  picture.append(
    drawn("circle", { cx: 40, cy: 40, r: 36 }),
    drawn("circle", { id: "ring-left", cx: 40, cy: 40, r: 36, "stroke-dasharray": ROUND, "stroke-dashoffset": gone }),
  );
  return element("div", { class: "ring", role: "timer", "aria-live": "off" }, picture, element("span", { id: "ring-words" }, seconds(left)));
}

/** Shows the seconds of now in the ring, if it is there. */
export function turnRing(left, of) {
  document.getElementById("ring-left")?.setAttribute("stroke-dashoffset", ROUND * (1 - Math.min(1, left / of)));
  document.getElementById("ring-words")?.replaceChildren(seconds(left));
}

export function seconds(left) {
  return words.say(`${left} detik`, left === 1 ? "1 second" : `${left} seconds`);
}

/** Says that the network is lost, or that it is there again. */
export function sayLost(isLost) {
  document.getElementById("lost")?.replaceChildren(...(isLost ? [lost()] : []));
}

function lost() {
  return words.say(
    "Layanan tidak dapat dihubungi. Menanyakan lagi… Jawaban pemilik tidak hilang.",
    "The service cannot be reached. Asking again… The holder's answer is not lost.",
  );
}

export function timeLeft(seconds) {
  return words.say(`Hilang dalam ${seconds} detik`, `Disappears in ${seconds} seconds`);
}

/** C7. */
export function refused(answer, next) {
  const { look, word, then } = { ...ofRefusal(answer.kind), ...ofHolder(answer.problem) };
  const said = answer.detail ?? ofOwnProblem(answer.problem);
  return card(
    look,
    word,
    said && element("p", {}, said),
    // The service's sentence already says it where it has one.
    !said && element("p", {}, then),
    element("div", { class: "buttons" }, button(words.say("Pindai lagi", "Scan again"), next, { primary: true, key: "Esc" })),
    element(
      "details",
      {},
      element("summary", {}, words.say("Rincian", "Details")),
      element("p", { class: "small" }, answer.problem, answer.instance && ` · ${answer.instance}`),
    ),
  );
}

/** A text that is no code, or a code that was scanned here before. */
export function notTaken(reason, next) {
  return card(
    "info",
    words.say("Belum diperiksa", "Not checked"),
    element("p", {}, ofNotTaken(reason)),
    element("div", { class: "buttons" }, button(words.say("Pindai lagi", "Scan again"), next, { primary: true, key: "Esc" })),
  );
}

export function before(scannedAt, { show, next }) {
  const said = words.say(
    `Kode ini sudah dipindai di loket ini pukul ${words.time(scannedAt)}. Pemilik yang ada di depan Anda harus menampilkan kode QR baru.`,
    `This code was scanned at this counter at ${words.time(scannedAt)}. The holder in front of you must show a new QR code.`,
  );
  return card(
    "warn",
    words.say("Sudah dipindai", "Already scanned"),
    element("p", {}, said),
    element(
      "div",
      { class: "buttons" },
      button(words.say("Pindai lagi", "Scan again"), next, { primary: true, key: "Esc" }),
      button(words.say("Tampilkan lagi (tercatat)", "Show again (recorded)"), show),
    ),
  );
}

/** An attempt that the program does not know any more. */
export function forgotten(next) {
  const said = words.say(
    "Pindaian ini sudah dijawab, atau sudah lebih dari 24 jam. Jika masih perlu, minta pemilik menampilkan kode QR baru.",
    "This scan was answered already, or is more than 24 hours old. If you still need it, ask the holder to show a new QR code.",
  );
  return card(
    "info",
    words.say("Sudah tidak tercatat", "No longer recorded"),
    element("p", {}, said),
    element("div", { class: "buttons" }, button(words.say("Pindai lagi", "Scan again"), next, { primary: true, key: "Esc" })),
  );
}

/** C7 and C8: there is no answer yet. Who waits is told why; what happened to the code is said in any case. */
export function unanswered({ turn, perhapsUsed, busy, unreached, again, next }) {
  const sent = perhapsUsed
    ? words.say("Kode tidak hangus: menanyakan lagi tidak merugikan.", "The code is not lost: asking again does no harm.")
    : words.say("Belum ada yang terkirim.", "Nothing was sent yet.");
  const why = busy
    ? words.say(
        "Layanan sedang mengalami gangguan. Minta pemilik menunggu sebentar.",
        "The service is temporarily unavailable. Ask the holder to wait a moment.",
      )
    : words.say("Layanan tidak dapat dihubungi. Periksa jaringan.", "The service cannot be reached. Check the network.");
  const lost = words.say("Jawaban belum sampai", "No answer yet");
  const waits = busy || unreached;
  return card(
    "warn",
    waits ? words.say("Tunggu", "Wait") : lost,
    element("p", {}, waits ? why : words.say("Periksa jaringan.", "Check the network.")),
    turn && element("p", {}, words.say(`Menanyakan lagi (${turn})…`, `Asking again (${turn})…`)),
    element("p", {}, sent),
    element(
      "div",
      { class: "buttons" },
      !turn && button(words.say("Tanya lagi", "Ask again"), again, { primary: true }),
      button(words.say("Nanti saja", "Later"), next, { key: "Esc" }),
    ),
  );
}

/** The scans of before that have no answer yet. */
export function open(list, registration, again) {
  const title =
    list.length === 1
      ? words.say("1 pindaian belum terjawab", "1 scan without an answer")
      : words.say(`${list.length} pindaian belum terjawab`, `${list.length} scans without an answer`);
  const labels = Object.fromEntries(registration.purposes.map(({ name, label }) => [name, words.label(label)]));
  const items = list.map(({ id, purpose, scanned_at: at }) => {
    const when = `${words.time(at)} · ${labels[purpose] ?? purpose}`;
    const ask = button(words.say("Tanya lagi", "Ask again"), () => again(id));
    ask.setAttribute("aria-label", `${words.say("Tanya lagi", "Ask again")}: ${when}`);
    return element("li", {}, element("span", {}, when), ask);
  });
  return [element("h2", { id: "open-title" }, title), element("ul", { class: "plain" }, items)];
}

function photograph(picture) {
  const caption = words.say("Bandingkan dengan orangnya", "Compare it with the person");
  return element(
    "figure",
    {},
    element("img", { src: picture, alt: words.say("Foto kependudukan pemilik", "Registry photograph of the holder") }),
    element("figcaption", {}, caption),
  );
}

function shown(name, value) {
  if (name === "nik" || name === "family_card_number") {
    const groups = value.match(/.{1,4}/g) ?? [];
    return element("dd", { class: "digits" }, groups.map((group) => element("span", {}, group)));
  }
  if (name === "age_over_17") {
    const said = element("strong", {}, value ? words.say("ya", "yes") : words.say("TIDAK", "NO"));
    return element("dd", { class: value ? undefined : "no" }, said);
  }
  const texts = {
    birthdate: () => words.date(value),
    gender: () => (value === "female" ? words.say("Perempuan", "Female") : words.say("Laki-laki", "Male")),
    address: () => value.formatted,
  };
  return element("dd", {}, texts[name]?.() ?? String(value));
}

function notGiven(names) {
  const list = names.map((name) => nameOfClaim(name)).join(", ");
  return words.say(`Tidak diberikan: ${list}`, `Not given: ${list}`);
}

function provenance(answer) {
  const signature = words.say("Tanda tangan layanan cocok.", "The signature of the service matches.");
  const scanned = words.say(`Dipindai pukul ${words.time(answer.redeemed_at)}`, `Scanned at ${words.time(answer.redeemed_at)}`);
  return `${scanned} · ${answer.redemption_id} · ${signature}`;
}
