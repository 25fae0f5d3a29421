// What axe does not see: text that large letters or wide spacing cut (WCAG 1.4.4 and 1.4.12), and what moves.

/** The page's policy allows no style elements; sheets that a script makes are none. */
const LOOKS = {
  "text of 200 %": "html { font-size: 200% !important }",
  "text spacing": `
    * { letter-spacing: 0.12em !important; line-height: 1.5 !important; word-spacing: 0.16em !important }
    p { margin-block-end: 2em !important }
  `,
};

/** What can no longer be read, or only by scrolling sideways, with text of twice the size, and with the widest spacing of WCAG. */
export async function cutText(page) {
  const faults = [];
  for (const [look, sheet] of Object.entries(LOOKS)) {
    for (const fault of await page.evaluate(inspect, sheet)) faults.push(`${look}: ${fault}`);
  }
  return faults;
}

/** What moves, or would, although the device asks for no motion. */
export async function moving(page) {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const found = await page.evaluate(() => {
    const moves = ({ animationName, transitionDuration, scrollBehavior }) =>
      animationName !== "none" || Number.parseFloat(transitionDuration) > 0 || scrollBehavior === "smooth";
    const still = [...document.querySelectorAll("*")].filter((element) => moves(getComputedStyle(element)));
    const running = document.getAnimations().filter(({ playState }) => playState === "running");
    return [...still, ...running.map(({ effect }) => effect.target)].map((element) => element.outerHTML.slice(0, 80));
  });
  await page.emulateMedia({ reducedMotion: null });
  return found;
}

/** Runs in the page, which is as it was afterwards. What is folded up is looked at, too. */
function inspect(text) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  const [sheets, folded] = [[...document.adoptedStyleSheets], [...document.querySelectorAll("details:not([open])")]];
  document.adoptedStyleSheets = [...sheets, sheet];
  for (const details of folded) details.open = true;
  const faults = new Set();
  const called = (element) => `${element.tagName.toLowerCase()}.${element.className} "${(element.innerText ?? "").slice(0, 40)}"`;

  // An input scrolls to what is typed, and a clip hides what is for screen readers alone.
  const isSeen = (element) => element.checkVisibility() && element.closest(".unseen, svg") === null;
  const isClipping = (overflow) => overflow === "hidden" || overflow === "clip";
  for (const element of [...document.querySelectorAll("body *")].filter(isSeen)) {
    const { left, right } = element.getBoundingClientRect();
    const isWider = element.clientWidth > 1 && element.tagName !== "INPUT" && element.scrollWidth > element.clientWidth + 1;
    if (left < -1 || right > innerWidth + 1 || isWider) faults.add(`wider than its place: ${called(element)}`);
  }

  /** Whether a line of text is out of what a box shows: cut off by it, or below its end, where the next thing is. */
  const isOut = (line, box, { overflowX, overflowY, display }) => {
    const sideways = line.left < box.left - 1 || line.right > box.right + 1;
    const upright = line.top < box.top - 2 || line.bottom > box.bottom + 2;
    if (display === "inline" || display === "contents") return false;
    return (sideways && isClipping(overflowX)) || (upright && (isClipping(overflowY) || overflowY === "visible"));
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: node } = texts;
    if (node.data.trim() === "" || !isSeen(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()];
    for (let around = node.parentElement; around !== document.body; around = around.parentElement) {
      const [box, style] = [around.getBoundingClientRect(), getComputedStyle(around)];
      // What scrolls shows all of it.
      if (style.overflowY === "auto" || style.overflowY === "scroll") break;
      if (lines.some((line) => isOut(line, box, style))) faults.add(`"${node.data.trim().slice(0, 40)}" is cut by ${called(around)}`);
      // What lies elsewhere on the screen is not bound by what it belongs to.
      if (style.position === "fixed" || style.position === "absolute") break;
    }
  }

  for (const details of folded) details.open = false;
  document.adoptedStyleSheets = sheets;
  return [...faults];
}
