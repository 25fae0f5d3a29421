// One act of a screen: it runs once at a time, says how long it has waited, and keeps what went wrong.

import type { Failure, Outcome } from "./api/service";

/** When the words of waiting change, in milliseconds. */
export const STEPS = [400, 3_000, 10_000] as const;

export class Act {
  /** Whether a request is under way. */
  running = $state(false);
  /** How many of the waits are over: 0 before anything is to be said. */
  waited = $state(0);
  failure = $state.raw<Failure | null>(null);

  /** Runs it unless it runs already: a second press has no effect and no outcome. */
  async run<Value>(send: () => Promise<Outcome<Value>>): Promise<Outcome<Value> | null> {
    if (this.running) return null;
    this.running = true;
    this.failure = null;
    this.waited = 0;
    const timers = STEPS.map((after, step) => setTimeout(() => (this.waited = step + 1), after));
    try {
      const outcome = await send();
      if (!outcome.ok) this.failure = outcome.failure;
      return outcome;
    } finally {
      timers.forEach(clearTimeout);
      this.running = false;
      this.waited = 0;
    }
  }

  /** Forgets what went wrong. */
  clear(): void {
    this.failure = null;
  }
}
