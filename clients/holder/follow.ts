// Asks what became of a code for as long as something can still happen to it, as often as the service says.

/** How long to wait in milliseconds before the first question, and after one without an answer. */
const USUAL = 2_000;

/** An answer's wish in milliseconds; nothing where nothing more can happen. */
export function again(answer: Response): number | null {
  const seconds = Number(answer.headers.get("Retry-After"));
  return seconds > 0 ? seconds * 1000 : null;
}

/**
 * Asks, one question at a time, until an answer says that nothing more can happen or the returned function is called. `ask` gives the
 * answer, or nothing where there was none. Nothing is asked while the page is hidden or offline.
 */
export function follow(ask: () => Promise<Response | null>, first = USUAL): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let isOver = false;
  const next = (wait: number) => {
    if (!isOver) timer = setTimeout(question, wait);
  };
  const question = async () => {
    const isSeen = document.visibilityState === "visible" && navigator.onLine;
    const answer = isSeen ? await ask().catch(() => null) : null;
    const wait = answer === null ? USUAL : again(answer);
    if (wait !== null) next(wait);
  };
  next(first);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
