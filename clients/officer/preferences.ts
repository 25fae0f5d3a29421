// What this computer remembers of the officer's taste: language and appearance, and nothing else.

import { reader, type Language } from "../kit/words.svelte";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const LANGUAGE = "office-language";
const THEME = "office-theme";

export function theme(): Theme {
  const kept = localStorage.getItem(THEME);
  return THEMES.find((theme) => theme === kept) ?? "system";
}

export function setTheme(chosen: Theme): void {
  localStorage.setItem(THEME, chosen);
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}

export function setLanguage(chosen: Language): void {
  localStorage.setItem(LANGUAGE, chosen);
  reader.language = chosen;
}

/** Takes over what was chosen before. */
export function recall(): void {
  setTheme(theme());
  if (localStorage.getItem(LANGUAGE) === "en") reader.language = "en";
}
