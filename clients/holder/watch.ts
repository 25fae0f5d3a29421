// When a session ends by itself: away, idle, or over. Times are in milliseconds.

export const AWAY = 120_000;
export const IDLE = 300_000;
const WARN_OF_IDLE = 30_000;
const WARN_OF_END = 60_000;

export interface Watched {
  now: number;
  /** Since when the app has been hidden. */
  hiddenSince: number | null;
  lastTouch: number;
  /** When the service ends the session. */
  endsAt: number;
}

export type Verdict = { lock: true } | { lock: false; warning: "idle" | "end" | null; left: number };

export function judge({ now, hiddenSince, lastTouch, endsAt }: Watched): Verdict {
  const [away, idle, left] = [hiddenSince === null ? 0 : now - hiddenSince, now - lastTouch, endsAt - now];
  if (away >= AWAY || idle >= IDLE || left <= 0) return { lock: true };
  if (left <= WARN_OF_END && left <= IDLE - idle) return { lock: false, warning: "end", left };
  if (IDLE - idle <= WARN_OF_IDLE) return { lock: false, warning: "idle", left: IDLE - idle };
  return { lock: false, warning: left <= WARN_OF_END ? "end" : null, left };
}
