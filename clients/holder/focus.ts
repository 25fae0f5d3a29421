// Where the focus goes when what had it is replaced.

/** To the title: a person who cannot see the screen hears it first, and goes on from there with Tab. */
export function focusTitle(): void {
  const heading = document.querySelector<HTMLElement>("main h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}
