// The way back. The browser's history has one entry a screen, and none of what is done or of a session that has ended.

import type { Screen } from "./screens";

/** What an entry of this app holds. An address that somebody typed has none of it. */
interface Entry {
  /** How many entries of this app lie before it. */
  before: number;
}

interface Walker {
  /** The screen that is shown. */
  shown: () => Screen;
  /** Somebody has come to another entry, or typed an address. */
  arrived: () => void;
  /** Somebody goes back from the first screen of a session, and is still there. */
  leaving: () => void;
}

/** So many entries lie before the first screen of a session: a double press is asked, too. */
const EDGE = 2;
/** How long to wait, in milliseconds, for a second press before the first one is undone: two ways at once lead astray. */
const PAUSE = 50;
/** After so long, in milliseconds, a browser that has dropped its oldest entries does not come to the first one. */
const PATIENCE = 1_000;

export class Trail {
  #walker: Walker;
  /** How many entries lie before the first screen of the session; 0 where there is none. */
  #start = 0;
  /** Runs while the browser is on its way to the first entry. */
  #rewinding: ReturnType<typeof setTimeout> | null = null;
  #returning: ReturnType<typeof setTimeout> | undefined;

  constructor(walker: Walker) {
    this.#walker = walker;
  }

  watch(): void {
    addEventListener("popstate", () => this.#popped());
  }

  /** Whether this app has written the entry: it was shown before, and is shown again. */
  get isOwn(): boolean {
    return history.state !== null;
  }

  /** Whether a screen lies before this one. */
  get hasBefore(): boolean {
    return this.#before > this.#start;
  }

  push(screen: Screen): void {
    if (this.#rewinding === null) history.pushState({ before: this.#before + 1 } satisfies Entry, "", `#${screen}`);
  }

  replace(screen: Screen): void {
    if (this.#rewinding === null) history.replaceState(history.state, "", `#${screen}`);
  }

  /** The screen is the first one from now on: the way back from it leaves the app. */
  restart(screen: Screen): void {
    this.replace(screen);
    if (this.#rewinding !== null || this.#before === 0) return;
    this.#rewinding = setTimeout(() => (this.#rewinding = null), PATIENCE);
    history.go(-this.#before);
  }

  /** A session begins with the screen. The way back from there asks instead of leaving. */
  enter(screen: Screen): void {
    history.replaceState({ before: this.#before } satisfies Entry, "", `#${screen}`);
    for (let entry = 0; entry < EDGE; entry++) this.push(screen);
    this.#start = this.#before;
  }

  /** The session is over. */
  exit(): void {
    this.#start = 0;
  }

  get #before(): number {
    return (history.state as Entry | null)?.before ?? 0;
  }

  /** The screen that somebody goes back from stays, since it asks first. A second press may be under way. */
  stay(screen: Screen): void {
    clearTimeout(this.#returning);
    if (this.isOwn) this.#returning = setTimeout(() => this.push(screen), PAUSE);
    else this.replace(screen);
  }

  /** Back to the first screen of the session, where it is asked whether to leave. */
  #return(): void {
    if (this.#before < this.#start) history.go(this.#start - this.#before);
  }

  #popped(): void {
    if (this.#rewinding !== null) {
      clearTimeout(this.#rewinding);
      this.#rewinding = null;
      history.replaceState({ before: 0 } satisfies Entry, "", `#${this.#walker.shown()}`);
    } else if (this.isOwn && this.#before < this.#start) {
      this.#walker.leaving();
      clearTimeout(this.#returning);
      this.#returning = setTimeout(() => this.#return(), PAUSE);
    } else {
      this.#walker.arrived();
    }
  }
}
