// One tab has the app: two would end each other's sessions.

/** How long to wait, in milliseconds, for a tab that is being closed or loaded again. */
const PATIENCE = 1_000;

/** Takes the app for this tab, from another one if asked. Says whether this tab has it; `lost` is called when another takes it. */
export function holdTab(steals: boolean, lost: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    let isHeld = false;
    const hold = (): Promise<void> => {
      clearTimeout(timer);
      isHeld = true;
      resolve(true);
      // Held as long as the page lives.
      return new Promise(() => undefined);
    };
    const options: LockOptions = steals ? { steal: true } : { signal: patience.signal };
    navigator.locks.request("ikd", options, hold).catch(() => {
      if (isHeld) lost();
      else resolve(false);
    });
  });
}
