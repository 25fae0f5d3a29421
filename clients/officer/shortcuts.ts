// The keys of the console. None of them is a letter, and none is one of the browser's own.

import { office } from "./office.svelte";

/** Puts the cursor into the one field. */
export function focusField(): void {
  document.querySelector<HTMLInputElement>("#field")?.focus();
}

/** Acts on a key that no scanner typed. A dialog has its own keys. */
export function press(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || office.entry.step !== "inside" || office.asks !== null) return;
  if (office.blank) {
    if (event.key === "Escape") office.blank = false;
    return;
  }
  const act = actOf(event);
  if (act === null) return;
  event.preventDefault();
  act();
}

function actOf({ key, shiftKey }: KeyboardEvent): (() => void) | null {
  if (key === "F2") return focusField;
  if (key === "F8" && office.place.at === "review") return () => office.ask(shiftKey ? "reject" : "approve");
  if (key === "Escape" && (office.place.at !== "ready" || office.note !== null || office.opening.failure !== null)) {
    return () => {
      office.release();
      focusField();
    };
  }
  return null;
}
