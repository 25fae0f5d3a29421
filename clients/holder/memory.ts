// The name of the screen to come back to after the next log-in. A reload keeps it, and the end of the tab does not.

import { SCREENS, screenOf, type Screen } from "./screens";

const NAME = "screen";

/** Remembers a screen of the session; others are no place to come back to. */
export function rememberScreen(screen: Screen): void {
  try {
    if (SCREENS[screen] === "session") sessionStorage.setItem(NAME, screen);
  } catch {
    // A browser that keeps nothing here comes back to the first screen.
  }
}

export function forgetScreen(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Then there is nothing to forget.
  }
}

export function lastScreen(): Screen | null {
  try {
    return screenOf(sessionStorage.getItem(NAME) ?? "");
  } catch {
    return null;
  }
}
