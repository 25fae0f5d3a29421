/// <reference types="vite/client" />

/** When these pages were built, in milliseconds since 1970. */
declare const __BUILT_AT__: number;

/** What Chrome has of Trusted Types, and TypeScript's library does not know. */
interface Window {
  trustedTypes?: {
    createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): { createScriptURL(url: string): unknown };
  };
}

/** Chrome's offer to install a web app. */
interface InstallOffer extends Event {
  prompt(): Promise<void>;
}
interface WindowEventMap {
  beforeinstallprompt: InstallOffer;
}
