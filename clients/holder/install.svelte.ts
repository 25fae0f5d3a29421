// Whether the app can be installed here, and the words that say how.

/** How this browser installs an app, if it does. */
export type Way = "installed" | "offered" | "iphone" | "in-app" | "none";

class Installation {
  offer = $state.raw<InstallOffer | null>(null);
  installed = $state(false);

  get way(): Way {
    const agent = navigator.userAgent;
    if (this.installed || matchMedia("(display-mode: standalone)").matches) return "installed";
    if (/WhatsApp|FBAN|FBAV|Instagram|Line\/|; wv\)/.test(agent)) return "in-app";
    if (/iPhone|iPad/.test(agent)) return "iphone";
    return this.offer === null ? "none" : "offered";
  }

  async install(): Promise<void> {
    await this.offer?.prompt();
    this.offer = null;
  }
}

export const installation = new Installation();

/** Keeps the browser's offer for the screen that is about it. */
export function heed(): void {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    installation.offer = event;
  });
  addEventListener("appinstalled", () => (installation.installed = true));
}
