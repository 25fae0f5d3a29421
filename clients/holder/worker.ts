// The service worker keeps the app's own files, so that it opens without a network. It never sees an answer of the service.

/** Registers it. A new version waits until the app is locked or started: it is never taken under a form or a code. */
export async function startWorker(): Promise<void> {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  const address = "/app/worker.js";
  const policy = window.trustedTypes?.createPolicy("ikd", { createScriptURL: (url) => (url === address ? url : "") });
  const script = (policy?.createScriptURL(address) ?? address) as string;
  const registration = await navigator.serviceWorker.register(script, { scope: "/app", updateViaCache: "none" });
  if (registration.waiting !== null) take(registration.waiting);
}

/** Takes a version that waits, if there is one, and starts again with it. */
export async function takeNewVersion(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration("/app");
  if (registration?.waiting) take(registration.waiting);
}

function take(waiting: ServiceWorker): void {
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  waiting.postMessage({ type: "SKIP_WAITING" });
}
