// What is seen of two photos that are looked at together: the same place, equally large.

/** The size of a photo's frame in its own units: 3 to 4. */
export const WIDTH = 300;
export const HEIGHT = 400;

const LARGEST = 8;
const STEP = 1.25;

/** How much larger than whole, and which point of the frame is in the middle. */
export interface Lens {
  zoom: number;
  x: number;
  y: number;
}

export const WHOLE: Lens = { zoom: 1, x: WIDTH / 2, y: HEIGHT / 2 };

/** Nearer by so many steps, farther if negative. A point that is given stays where it is. */
export function nearer(lens: Lens, steps: number, at: { x: number; y: number } = lens): Lens {
  const zoom = within(lens.zoom * STEP ** steps, 1, LARGEST);
  const kept = lens.zoom / zoom;
  return held({ zoom, x: at.x + (lens.x - at.x) * kept, y: at.y + (lens.y - at.y) * kept });
}

/** Moved by parts of what is seen. */
export function moved(lens: Lens, right: number, down: number): Lens {
  return held({ ...lens, x: lens.x + (right * WIDTH) / lens.zoom, y: lens.y + (down * HEIGHT) / lens.zoom });
}

/** What is seen, as an SVG's `viewBox`. */
export function viewBox({ zoom, x, y }: Lens): string {
  const [width, height] = [WIDTH / zoom, HEIGHT / zoom];
  return [x - width / 2, y - height / 2, width, height].map((value) => Math.round(value * 100) / 100).join(" ");
}

/** Never beyond the frame's edge. */
function held({ zoom, x, y }: Lens): Lens {
  const [halfWidth, halfHeight] = [WIDTH / zoom / 2, HEIGHT / zoom / 2];
  return { zoom, x: within(x, halfWidth, WIDTH - halfWidth), y: within(y, halfHeight, HEIGHT - halfHeight) };
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
