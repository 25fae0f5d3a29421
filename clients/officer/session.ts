// How long an officer's session lasts. Only spans count: the clock of an office's computer may be wrong.

import type { Spans } from "../kit/api/clock";

/** From so much left on, the end is announced, in milliseconds. */
export const ANNOUNCED = 120_000;

const COMPUTER: Spans = { steady: () => performance.now(), wall: () => Date.now() };

/** How much time has gone since now. */
export class Stopwatch {
  #spans: Spans;
  #began: { steady: number; wall: number };

  constructor(spans: Spans = COMPUTER) {
    this.#spans = spans;
    this.#began = { steady: spans.steady(), wall: spans.wall() };
  }

  /** In milliseconds. While a computer sleeps, only one of its clocks may go on. */
  gone(): number {
    return Math.max(this.#spans.steady() - this.#began.steady, this.#spans.wall() - this.#began.wall);
  }
}

export class SessionClock {
  #stopwatch: Stopwatch;
  #length: number;

  /** A session of so many seconds that begins now. */
  constructor(seconds: number, spans: Spans = COMPUTER) {
    this.#stopwatch = new Stopwatch(spans);
    this.#length = seconds * 1000;
  }

  /** How many milliseconds are left. */
  left(): number {
    return Math.max(0, this.#length - this.#stopwatch.gone());
  }
}

/** What a session says of its end: minutes are rounded up, since "0 minutes" would be over. */
export function endOf(left: number): { minutes: number; isNear: boolean; isOver: boolean } {
  return { minutes: Math.ceil(left / 60_000), isNear: left <= ANNOUNCED, isOver: left <= 0 };
}

/** How long an access token lasts, in seconds: as the issuer says, else as the token itself does. */
export function lifetime(token: string, said: number | undefined): number {
  if (said !== undefined) return said;
  try {
    const middle = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { exp, iat } = JSON.parse(atob(middle)) as { exp?: unknown; iat?: unknown };
    if (typeof exp === "number" && typeof iat === "number") return Math.max(0, exp - iat);
  } catch {
    // A token of another kind says nothing of itself.
  }
  return UNKNOWN;
}

/** A session whose length nobody knows ends with the first answer that says so, or after this many seconds. */
const UNKNOWN = 3600;

/** After so long without a key or a press the screen is emptied, in milliseconds. */
export const IDLE = 300_000;
const IDLE_ANNOUNCED = 30_000;

/** What is due after so long without a key or a press: how long until the screen is emptied, where that is to be announced. */
export function idleOf(since: number): { isOver: boolean; announced: number | null } {
  const left = IDLE - since;
  return { isOver: left <= 0, announced: left > 0 && left <= IDLE_ANNOUNCED ? left : null };
}
