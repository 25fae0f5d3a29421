// The counter's page: one scan after another. Nothing personal outlives its answer on the screen.

import { watch } from "./camera.js";
import { listen } from "./scanner.js";
import * as views from "./views.js";
import { words } from "./words.js";

/** How long a result is shown, and by how much it can be prolonged, in milliseconds. */
const SHOWN = 60_000;
/** How often it can be prolonged. */
const PROLONGED = 10;
/** When its end is announced, in seconds. */
const WARNED = 20;
/** The waits before asking again by itself, in milliseconds. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000];
/** The longest wait that the service may wish for, in milliseconds. */
const LONGEST = 60_000;
/** Within this time, the same code was scanned by accident, in milliseconds. */
const SAME = 2_000;
/** So long a holder has to answer, in seconds: a whole ring. */
const ASKED = 60;
/** When the time that the holder has left is announced, in seconds. */
const SPOKEN = [30, 10];
/** A question that takes longer shows that it is under way, in milliseconds. */
const QUICK = 400;

const secret = document.querySelector("meta[name=counter-secret]").content;
const [panel, outcome, open, live] = ["panel", "outcome", "open", "live"].map((id) => document.getElementById(id));

let registration = null;
/** What the self-test found last. */
let tested = null;
let purpose = null;
let waiting = [];
/** Redraws the outcome in the language of now. */
let draw = null;
/** Ends what the outcome on the screen has under way. */
let leave = () => {};
/** Whether the holder is asked on this page. */
let isAwaiting = false;
let lastText = null;
let forgetting;
/** Ends the camera that is open, or is being opened. */
let camera = null;

/** Asks the program on this computer. A new secret means that it was started again: then the page is loaded again. */
async function call(path, body, { raw = false } = {}) {
  const headers = { "X-Counter-Secret": secret, "Content-Type": raw ? "application/octet-stream" : "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: raw ? body : JSON.stringify(body), cache: "no-store" });
  if (answer.status === 403) location.reload();
  if (!answer.ok) throw Object.assign(new Error(`the program answered ${answer.status}`), { status: answer.status });
  return answer.status === 204 ? null : answer.json();
}

/** What is shown where the program itself is the trouble. */
function inTrouble(error) {
  show(() => views.failures({ failures: [{ check: error.status ? "record" : "program" }] }, start));
}

async function start() {
  clear();
  const slow = setTimeout(() => show(views.starting), QUICK);
  const started = await call("/start", { language: words.language }).catch((error) => error);
  clearTimeout(slow);
  if (started instanceof Error) {
    inTrouble(started);
    return frame();
  }
  tested = started;
  if (started.registration) {
    registration = started.registration;
    const names = registration.purposes.map(({ name }) => name);
    if (!names.includes(purpose)) purpose = names.length === 1 ? names[0] : null;
  }
  waiting = started.open;
  if (started.failures.length > 0) show(() => views.failures(started, start));
  else clear();
  frame();
  if (outcome.hidden) document.getElementById("field")?.focus();
}

/** Draws everything but the outcome. */
function frame() {
  document.documentElement.lang = words.language;
  document.title = words.say("Loket · Identitas Kependudukan Digital", "Counter · digital identity");
  document.getElementById("title").textContent = words.say("Loket Identitas Kependudukan Digital", "Digital identity counter");
  document.getElementById("organisation").textContent = registration?.name ?? "";
  const other = words.other();
  const language = document.getElementById("language");
  [language.lang, language.textContent] = [other.tag, other.name];
  endCamera();
  panel.hidden = !registration;
  if (registration) {
    const choose = (name) => {
      if (!purpose) clear();
      purpose = name;
    };
    panel.replaceChildren(...views.panel({ registration, purpose, choose, send: scan, camera: useCamera }));
    const note = views.clockNote(tested.clock_ahead);
    if (note) panel.append(note);
    if (tested.failures.length === 0) panel.append(views.tested(tested));
  }
  list();
}

function list() {
  open.hidden = waiting.length === 0 || !registration;
  open.replaceChildren(...(open.hidden ? [] : views.open(waiting, registration, (id) => ask(id))));
}

/** Shows an outcome, and moves the focus to its title. */
function show(view, { announce = true } = {}) {
  draw = () => outcome.replaceChildren(view());
  draw();
  outcome.hidden = false;
  const title = outcome.querySelector("h2");
  title.focus();
  if (announce) live.textContent = title.textContent;
}

/** Takes the outcome off the screen, and out of this page's memory. */
function clear() {
  leave();
  leave = () => {};
  draw = null;
  outcome.hidden = true;
  outcome.replaceChildren();
  live.textContent = "";
}

function ready() {
  clear();
  document.getElementById("field")?.focus();
}

/** The scans without an answer, as the program knows them. */
async function refresh() {
  const started = await call("/start", { language: words.language }).catch(() => null);
  waiting = started?.open ?? waiting;
  list();
}

async function scan(text, again = false) {
  if (!registration || !text.trim()) return;
  if (!purpose) {
    show(() => views.card("info", words.say("Pilih tujuan dahulu, lalu pindai lagi.", "Choose a purpose first, then scan again.")));
    return;
  }
  if (text === lastText && !again) return;
  scanned(text);
  clear();
  const taken = await call("/scans", { text, purpose, again }).catch((error) => error);
  if (taken instanceof Error) return inTrouble(taken);
  if (taken.taken === "attempt") return ask(taken.id);
  if (taken.taken === "before") {
    const repeat = { show: () => scan(text, true), next: ready };
    return show(() => views.before(taken.scanned_at, repeat));
  }
  show(() => views.notTaken(taken.taken, ready));
}

/** Remembers a scan for the time in which the same one is an accident. */
function scanned(text) {
  clearTimeout(forgetting);
  lastText = text;
  forgetting = setTimeout(() => (lastText = null), SAME);
}

/** Asks about an attempt until there is an answer or the patience is used up. */
async function ask(id) {
  clear();
  let current = true;
  const pending = new Set();
  const later = (act, wait) => pending.add(setTimeout(act, wait));
  later(() => show(views.asking), QUICK);
  let perhapsUsed = false;
  /** C6, once the holder is asked. */
  let awaiting = null;
  leave = () => {
    current = false;
    pending.forEach(clearTimeout);
    awaiting?.end();
  };
  const attempt = async (turn) => {
    const answer = await call(`/scans/${id}/answer`, { language: words.language }).catch((error) => error);
    // Somebody scanned something else meanwhile, or the page is hidden: the answer is asked for again from the list.
    if (!current) return refresh();
    pending.forEach(clearTimeout);
    const next = () => {
      ready();
      refresh();
    };
    if (answer.status === 404) return show(() => views.forgotten(next));
    if (answer instanceof Error) return inTrouble(answer);
    if (answer.outcome === "awaited") {
      awaiting ??= awaitHolder(answer);
      awaiting.isReached(true);
      return later(() => attempt(0), answer.retry_after * 1_000);
    }
    if (answer.outcome !== "unanswered") {
      awaiting?.end();
      return answered(id, answer);
    }
    // The code is used up, and the holder may be answering: this page goes on asking, however long the network is lost.
    if (awaiting) {
      awaiting.isReached(false);
      return later(() => attempt(turn + 1), Math.max(PAUSES[turn] ?? PAUSES.at(-1), Math.min((answer.retry_after ?? 0) * 1_000, LONGEST)));
    }
    perhapsUsed ||= answer.perhaps_used;
    const pause = PAUSES[turn];
    const again = () => ask(id);
    const busy = answer.retry_after !== undefined;
    const state = { perhapsUsed, busy, unreached: !answer.perhaps_used, again, next };
    if (pause === undefined) return show(() => views.unanswered(state));
    show(() => views.unanswered({ ...state, turn: turn + 1 }), { announce: turn === 0 });
    later(() => attempt(turn + 1), Math.max(pause, Math.min((answer.retry_after ?? 0) * 1_000, LONGEST)));
  };
  await attempt(0);
}

/** C6: shows the digits while the holder is asked. */
function awaitHolder({ digits, seconds_left: seconds }) {
  const end = performance.now() + seconds * 1_000;
  let isLost = false;
  isAwaiting = true;
  const left = () => Math.max(0, Math.ceil((end - performance.now()) / 1_000));
  show(() => views.awaiting({ digits, left: left(), of: Math.max(seconds, ASKED), isLost }));
  const tick = setInterval(() => {
    views.turnRing(left(), Math.max(seconds, ASKED));
    if (SPOKEN.includes(left())) live.textContent = views.seconds(left());
  }, 1_000);
  return {
    isReached(isReached) {
      if (isLost === !isReached) return;
      isLost = !isReached;
      // The title keeps the focus.
      views.sayLost(isLost);
    },
    end() {
      clearInterval(tick);
      isAwaiting = false;
    },
  };
}

/** Shows an answer, and tells the program that it can forget the attempt. */
async function answered(id, answer) {
  if (document.hidden) {
    clear();
    return refresh();
  }
  if (answer.outcome === "verified") result(answer);
  else show(() => views.refused(answer, ready));
  await call(`/scans/${id}/shown`, {}).catch(() => null);
  await refresh();
}

/** Shows who the holder is, for a minute. */
function result(answer) {
  let end = performance.now() + SHOWN;
  let prolonged = 0;
  let warned = false;
  const left = () => Math.max(0, Math.ceil((end - performance.now()) / 1_000));
  const view = () => views.verified(answer, { finish: ready, prolong, left: left(), mayProlong: prolonged < PROLONGED });
  const prolong = () => {
    if (prolonged >= PROLONGED) return;
    prolonged += 1;
    warned = false;
    end += SHOWN;
    show(view, { announce: false });
  };
  const tick = setInterval(() => {
    if (left() === 0) return ready();
    document.getElementById("left").textContent = views.timeLeft(left());
    if (left() <= WARNED && !warned) {
      warned = true;
      live.textContent = views.timeLeft(left());
    }
  }, 1_000);
  const keys = (event) => event.key === "F8" && (event.preventDefault(), prolong());
  document.addEventListener("keydown", keys);
  leave = () => {
    clearInterval(tick);
    document.removeEventListener("keydown", keys);
    answer = null;
  };
  show(view);
}

async function useCamera() {
  if (camera) return endCamera();
  const mine = new AbortController();
  camera = mine;
  const place = document.getElementById("camera");
  const video = views.element("video", { playsinline: true, "aria-label": words.say("Gambar kamera", "Camera picture") });
  video.muted = true;
  const close = views.button(words.say("Tutup kamera", "Close the camera"), endCamera);
  place.replaceChildren(video, close);
  const read = ({ width, height, bytes }) =>
    call(`/frames?width=${width}&height=${height}`, bytes, { raw: true }).then(({ text }) => text);
  const found = (text) => {
    endCamera();
    scan(text);
  };
  try {
    await watch(video, read, found, mine.signal);
  } catch (error) {
    if (mine.signal.aborted) return;
    endCamera();
    place.replaceChildren(views.element("p", { role: "alert" }, ofCamera(error)));
  }
}

function endCamera() {
  camera?.abort();
  camera = null;
  document.getElementById("camera")?.replaceChildren();
}

function ofCamera(error) {
  const reasons = {
    NotAllowedError: words.say(
      "Kamera tidak diizinkan. Buka setelan situs di peramban, lalu izinkan kamera.",
      "The camera is not allowed. Open the site settings of the browser and allow it.",
    ),
    NotFoundError: words.say("Kamera tidak ditemukan.", "No camera was found."),
  };
  const busy = words.say("Kamera sedang dipakai aplikasi lain.", "Another app is using the camera.");
  return reasons[error.name] ?? busy;
}

document.getElementById("language").addEventListener("click", () => {
  words.change();
  frame();
  draw?.();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "F2") {
    event.preventDefault();
    document.getElementById("field")?.focus();
  } else if (event.key === "Escape" && !outcome.hidden) {
    ready();
    refresh();
  }
});
// On leaving the page, not on leaving the window: the clerk types into another one meanwhile.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) return;
  endCamera();
  // While the holder is asked, there is nothing to hide, and the clerk may look something up.
  if (draw && !isAwaiting) clear();
});
window.addEventListener("pagehide", clear);
listen((text) => {
  const field = document.getElementById("field");
  if (field) field.value = "";
  scan(text);
});
await start();
