// A handheld scanner types like a keyboard, only faster. Its keys differ from the officer's by their speed, and kept from
// whatever has the focus: a scan presses no button and types into no text.

/** Keys of a scanner follow one another within this time, in milliseconds. */
export const GAP = 50;
/** Once it is known that a scanner types, it may pause this long. */
const PAUSE = 200;
/** So many keys in a row are a scan. */
const LEAST = 20;
/** So many are too few for a code of this console, but no officer types them at this speed: an article's or a card's barcode. */
const SHORT = 6;
/** A line end belongs to a scan that ended so recently. */
const SUFFIX = 500;
/** These keys change others, and are part of no text: Control comes before a line end that is sent as Ctrl+J. */
const MODIFIERS = ["Shift", "CapsLock", "Control"];
/** Within this time the same code was scanned by accident. */
const SAME = 2_000;

export interface Key {
  /** The key's name, as `KeyboardEvent.key` has it. */
  key: string;
  /** When it was pressed, in milliseconds. */
  time: number;
  /** Whether Ctrl, Alt or Meta was down, too. */
  isChord: boolean;
  /** Whether it is the console's own field that has the focus: a short code is read there. */
  isField: boolean;
  /** Whether it repeats itself because it is held down. */
  isRepeat: boolean;
}

export interface Listener {
  /** It is known now that a scanner has typed: what it typed until now is to be taken back. */
  begun: () => void;
  scanned: (text: string) => void;
}

export class ScannerFilter {
  #listener: Listener;
  #text = "";
  #last = -Infinity;
  #isScan = false;
  #ended = -Infinity;
  #isTaken = false;
  #before = { text: "", time: -Infinity };

  constructor(listener: Listener) {
    this.#listener = listener;
  }

  /** How many keys have followed one another at a scanner's speed, the last one included. */
  get run(): number {
    return this.#text.length;
  }

  /** Takes a key, and says whether it is a scanner's and must have no other effect. */
  takes(key: Key): boolean {
    // A held key is no scan, and goes where its first press went.
    if (!key.isRepeat) this.#isTaken = this.#judges(key);
    return this.#isTaken;
  }

  #judges({ key, time, isChord, isField }: Key): boolean {
    if (MODIFIERS.includes(key)) return false;
    const gap = time - this.#last;
    // Some scanners send the line end as Ctrl+J or Ctrl+M.
    const isEnd = key === "Enter" || key === "Tab" || (isChord && /^[jm]$/i.test(key) && this.#isScan);
    if (isEnd) {
      const isOfScan = this.#isScan && gap <= SUFFIX;
      if (isOfScan) this.#deliver(time);
      const isOfShort = !this.#isScan && this.#text.length >= SHORT && gap <= GAP;
      const isLate = !isOfScan && time - this.#ended <= SUFFIX;
      if (isOfShort && !isField) this.#listener.begun();
      if (!isOfScan) this.#forget();
      // One more at most: a carriage return is followed by a line feed.
      if (isLate) this.#ended = -Infinity;
      else if (isOfShort) this.#ended = time;
      return isOfScan || isLate || (isOfShort && !isField);
    }
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

  /** No key has come for a while: a scanner that sends no line end is done. */
  rest(time: number): void {
    if (this.#isScan && time - this.#last > PAUSE) this.#deliver(time);
  }

  #deliver(time: number): void {
    const text = this.#text;
    this.#forget();
    this.#ended = time;
    const isSame = text === this.#before.text && time - this.#before.time <= SAME;
    this.#before = { text, time };
    if (!isSame) this.#listener.scanned(text);
  }

  #forget(): void {
    this.#text = "";
    this.#isScan = false;
    this.#last = -Infinity;
  }
}
