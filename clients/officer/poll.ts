// Asks again and again, one question at a time, for a limited time.

/** Asks at once and then every `pause` milliseconds, until the returned function is called or `patience` is over. */
export function repeatedly(ask: () => Promise<void>, { pause, patience }: { pause: number; patience: number }, over: () => void): () => void {
  const began = performance.now();
  let isStopped = false;
  let timer: ReturnType<typeof setTimeout>;
  const next = () => {
    if (isStopped) return;
    if (performance.now() - began > patience) return over();
    timer = setTimeout(() => void ask().then(next), pause);
  };
  void ask().then(next);
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}
