// Keeps the screen on while a code is shown, where the phone lets a page do that. A refusal is nobody's concern.

export function awake(): () => void {
  let lock: WakeLockSentinel | null = null;
  let over = false;
  async function ask() {
    if (document.visibilityState !== "visible" || !("wakeLock" in navigator)) return;
    try {
      const given = await navigator.wakeLock.request("screen");
      if (over) await given.release();
      else lock = given;
    } catch {
      lock = null;
    }
  }
  // A phone takes it back when the page is hidden.
  document.addEventListener("visibilitychange", ask);
  void ask();
  return () => {
    over = true;
    document.removeEventListener("visibilitychange", ask);
    void lock?.release();
  };
}
