// Whether somebody is at the desk, and how long their session lasts. It looks once a second.

import { endOf, idleOf, SessionClock, Stopwatch } from "./session";

export class Presence {
  /** How many minutes of the session are left; null where there is none. */
  minutes = $state<number | null>(null);
  /** What ends soon, and in how many milliseconds. */
  notice = $state.raw<{ kind: "ending" | "idle"; left: number } | null>(null);
  #clock: SessionClock | null = null;
  #untouched = new Stopwatch();

  /** Watches from now on. */
  watch({ ended, idle }: { ended: () => void; idle: () => void }): void {
    const look = () => {
      if (this.#clock === null) return;
      const left = this.#clock.left();
      const end = endOf(left);
      if (end.isOver) return ended();
      this.minutes = end.minutes;
      const idleness = idleOf(this.#untouched.gone());
      if (idleness.isOver) idle();
      const isIdle = idleness.announced !== null && idleness.announced < left;
      if (isIdle) this.notice = { kind: "idle", left: idleness.announced ?? 0 };
      else this.notice = end.isNear ? { kind: "ending", left } : null;
    };
    // After a sleep, the first key comes before anything else: it is not the one that kept the screen.
    const touched = () => {
      look();
      this.touch();
    };
    for (const event of ["keydown", "pointerdown", "wheel"]) addEventListener(event, touched, { capture: true, passive: true });
    setInterval(look, 1_000);
    addEventListener("visibilitychange", look);
  }

  /** A session of so many seconds begins. */
  begin(seconds: number): void {
    this.#clock = new SessionClock(seconds);
    this.minutes = endOf(this.#clock.left()).minutes;
    this.touch();
  }

  end(): void {
    this.#clock = null;
    this.minutes = null;
    this.notice = null;
  }

  /** Somebody is there. */
  touch(): void {
    this.#untouched = new Stopwatch();
    if (this.notice?.kind === "idle") this.notice = null;
  }
}
