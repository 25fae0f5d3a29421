// A handheld scanner types like a keyboard, only faster. Its keys differ from the clerk's by their speed, and are kept from whatever
// has the focus: a scan presses no button and types into no text.

/** Keys of a scanner follow one another within this time, in milliseconds. */
const GAP = 50;
/** Once it is known that a scanner types, it may pause this long. */
const PAUSE = 200;
/** So many keys in a row are a scan. */
const LEAST = 20;
/** So many are too few for a code of this page, but no clerk types them at this speed: an article's or a card's barcode. */
const SHORT = 6;
/** A line end belongs to a scan that ended so recently. */
const SUFFIX = 500;
/** How long after its last key a scanner without a line end is done. A busy computer hands over keys late. */
const REST = 1_000;

/** These keys change others, and are part of no text: Control comes before a line end that is sent as Ctrl+J. */
const MODIFIERS = ["Shift", "CapsLock", "Control"];

/** Calls `begun` as soon as a scanner is known to have typed, and `scanned` with each text that one types. */
export class ScannerFilter {
  #listener;
  #text = "";
  #last = -Infinity;
  #isScan = false;
  #ended = -Infinity;
  #isTaken = false;

  constructor(listener) {
    this.#listener = listener;
  }

  /** How many keys have followed one another at a scanner's speed, the last one included. */
  get run() {
    return this.#text.length;
  }

  /** Takes a key, and says whether it is a scanner's and must have no other effect. */
  takes(key) {
    // A held key is no scan, and goes where its first press went.
    if (!key.isRepeat) this.#isTaken = this.#judges(key);
    return this.#isTaken;
  }

  #judges({ key, time, isChord, isField }) {
    if (MODIFIERS.includes(key)) return false;
    const gap = time - this.#last;
    const isEnd = key === "Enter" || key === "Tab" || (isChord && /^[jm]$/i.test(key) && this.#isScan);
    if (isEnd) return this.#ends(time, gap, isField);
    this.#ended = -Infinity;
    if (key.length !== 1 || isChord) {
      this.#forget();
      return false;
    }
    const isFast = gap <= (this.#isScan ? PAUSE : GAP);
    if (!isFast) this.rest(time);
    this.#text = isFast ? this.#text + key : key;
    this.#isScan = isFast && this.#isScan;
    this.#last = time;
    if (!this.#isScan && this.#text.length >= LEAST) {
      this.#isScan = true;
      this.#listener.begun();
    }
    return this.#isScan;
  }

  #ends(time, gap, isField) {
    const isOfScan = this.#isScan && gap <= SUFFIX;
    if (isOfScan) {
      this.#deliver(time);
      return true;
    }
    // A short code is read in the page's own field alone.
    const isOfShort = !this.#isScan && this.#text.length >= SHORT && gap <= GAP;
    if (isOfShort && !isField) this.#listener.begun();
    this.#forget();
    // One more at most: a carriage return is followed by a line feed.
    const isLate = time - this.#ended <= SUFFIX;
    if (isLate) this.#ended = -Infinity;
    else if (isOfShort) this.#ended = time;
    return isLate || (isOfShort && !isField);
  }

  /** No key has come for a while: a scanner that sends no line end is done. */
  rest(time) {
    if (this.#isScan && time - this.#last > PAUSE) this.#deliver(time);
  }

  #deliver(time) {
    const text = this.#text;
    this.#forget();
    this.#ended = time;
    this.#listener.scanned(text);
  }

  #forget() {
    this.#text = "";
    this.#isScan = false;
    this.#last = -Infinity;
  }
}

/** Calls `scanned` with each text that a scanner types. It listens before any element does. */
export function listen(scanned) {
  /** The text field that the first key went to, as it was before. */
  let before = null;
  let resting;
  const takeBack = () => {
    if (before) before.field.value = before.value;
    before = null;
  };
  const filter = new ScannerFilter({ begun: takeBack, scanned });
  const isScanners = ({ key, timeStamp: time, ctrlKey, altKey, metaKey, repeat: isRepeat, target }) => {
    const run = filter.run;
    const isField = target.id === "field";
    const isTaken = filter.takes({ key, time, isChord: ctrlKey || altKey || metaKey, isField, isRepeat });
    clearTimeout(resting);
    if (isTaken) resting = setTimeout(() => filter.rest(time + REST), REST);
    if (filter.run === 1) before = isField ? { field: target, value: target.value } : null;
    // A space among fast keys would press a button.
    return isTaken || (key === " " && filter.run > run && filter.run > 1 && !isField);
  };
  const take = (event) => {
    if (!isScanners(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", take, { capture: true });
}
