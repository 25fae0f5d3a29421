// The keyboard of the console: scans first, then its keys, then the browser.

import { GAP, ScannerFilter } from "./scanner";

/** How long after its last key a scanner without a line end is done, in milliseconds. A busy computer hands over keys late. */
const REST = 1_000;

/** A text field as it was before a scanner typed into it. */
interface Snapshot {
  field: HTMLInputElement | HTMLTextAreaElement;
  value: string;
}

export class Keyboard {
  #filter: ScannerFilter;
  #snapshot: Snapshot | null = null;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(scanned: (text: string) => void) {
    this.#filter = new ScannerFilter({ begun: () => this.#takeBack(), scanned });
  }

  /** Listens before any element does. What is no scan's is offered to `pressed`. */
  listen(pressed: (event: KeyboardEvent) => void): void {
    addEventListener(
      "keydown",
      (event) => {
        if (this.#isScanners(event)) {
          event.preventDefault();
          event.stopImmediatePropagation();
        } else {
          pressed(event);
        }
      },
      { capture: true },
    );
  }

  /** Acts on a key of one character, unless it turns out to be the first of many: a scanner typed it then. */
  alone(act: () => void): void {
    if (this.#filter.run !== 1) return;
    setTimeout(() => this.#filter.run === 1 && act(), GAP + 10);
  }

  #isScanners(event: KeyboardEvent): boolean {
    const { key, timeStamp: time, ctrlKey, altKey, metaKey, repeat: isRepeat, target } = event;
    const before = this.#filter.run;
    const isTaken = this.#filter.takes({ key, time, isChord: ctrlKey || altKey || metaKey, isField: isOwnField(target), isRepeat });
    clearTimeout(this.#resting);
    if (isTaken) this.#resting = setTimeout(() => this.#filter.rest(performance.now()), REST);
    const run = this.#filter.run;
    if (run === 1) this.#snapshot = isTextField(target) ? { field: target, value: target.value } : null;
    // A space among fast keys would press a button.
    return isTaken || (key === " " && run > before && run > 1 && !isTextField(target));
  }

  #takeBack(): void {
    if (this.#snapshot === null) return;
    const { field, value } = this.#snapshot;
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.#snapshot = null;
  }
}

/** Whether it is the field of the console's bar. */
function isOwnField(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.id === "field";
}

function isTextField(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement {
  return target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && !["radio", "checkbox"].includes(target.type));
}
