// Whether somebody looks at the app: it is covered when nobody does, and ends a session that is left alone.

import type { ServiceClock } from "../kit/api/clock";
import { judge } from "./watch";

export class Presence {
  /** Whether the content is hidden, since nobody looks. */
  covered = $state(false);
  /** What ends the session soon, and in how many milliseconds. */
  warning = $state.raw<{ kind: "idle" | "end"; left: number } | null>(null);
  #clock: ServiceClock;
  #hiddenSince: number | null = null;
  #lastTouch = 0;

  constructor(clock: ServiceClock) {
    this.#clock = clock;
  }

  /** Somebody is there. */
  touch(): void {
    this.#lastTouch = this.#clock.now();
  }

  /** Watches from now on. `endsAt` is when the session ends by the service's clock; nothing where there is none. */
  watch(endsAt: () => number | null, lock: () => void): void {
    const look = () => {
      const end = endsAt();
      if (end === null) {
        this.warning = null;
        return;
      }
      const now = this.#clock.now();
      const verdict = judge({ now, hiddenSince: this.#hiddenSince, lastTouch: this.#lastTouch, endsAt: end });
      if (verdict.lock) lock();
      else this.warning = verdict.warning === null ? null : { kind: verdict.warning, left: verdict.left };
    };
    const hide = () => {
      this.covered = true;
      this.#hiddenSince ??= this.#clock.now();
    };
    const show = () => {
      // A session that was left alone for too long is locked before anything of it is seen.
      look();
      this.covered = false;
      this.#hiddenSince = null;
    };
    addEventListener("blur", hide);
    addEventListener("pagehide", hide);
    addEventListener("focus", show);
    addEventListener("pageshow", show);
    addEventListener("visibilitychange", () => (document.visibilityState === "hidden" ? hide() : show()));
    for (const event of ["pointerdown", "keydown"]) {
      addEventListener(event, () => {
        if (this.warning?.kind === "idle") this.warning = null;
        this.touch();
      });
    }
    setInterval(look, 1_000);
  }
}
