// Asks again and again while a screen is seen: often at first, less often when nobody seems to be waiting at a counter.

const OFTEN = 5_000;
const SELDOM = 30_000;
const SOON = 10 * 60_000;

/** How long to wait before the next question, after so long on the screen. */
export function pause(shown: number, often = OFTEN): number {
  return shown < SOON ? often : SELDOM;
}

/**
 * Asks until the returned function is called, one question at a time. Nothing is asked while the page is hidden or offline. The
 * question itself deals with what goes wrong.
 */
export function repeatedly(ask: () => Promise<unknown>, often = OFTEN): () => void {
  const since = performance.now();
  let timer: ReturnType<typeof setTimeout>;
  let over = false;
  const next = () => {
    if (!over) timer = setTimeout(question, pause(performance.now() - since, often));
  };
  const question = () => {
    const isSeen = document.visibilityState === "visible" && navigator.onLine;
    (isSeen ? ask() : Promise.resolve()).then(next, next);
  };
  next();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
