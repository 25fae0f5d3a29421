import { expect, it } from "vitest";

import { WHOLE, moved, nearer, viewBox } from "./lens";

it("a photo is seen whole at first, and no smaller", () => {
  expect(viewBox(WHOLE)).toBe("0 0 300 400");
  expect(nearer(WHOLE, -3)).toEqual(WHOLE);
});

it("nearer shows less of it, around the middle", () => {
  expect(viewBox(nearer(WHOLE, 1))).toBe("30 40 240 320");
  expect(nearer(WHOLE, 100).zoom).toBe(8);
  expect(nearer(nearer(WHOLE, 3), -3)).toEqual(WHOLE);
});

it("the point under the pointer stays there", () => {
  expect(viewBox(nearer(WHOLE, 1, { x: 0, y: 0 }))).toBe("0 0 240 320");
  expect(viewBox(nearer(WHOLE, 1, { x: 300, y: 400 }))).toBe("60 80 240 320");
});

it("it moves with the arrows, up to the edge", () => {
  const near = nearer(WHOLE, 1);
  expect(viewBox(moved(near, 0.1, 0))).toBe("54 40 240 320");
  expect(viewBox(moved(near, -1, 1))).toBe("0 80 240 320");
  expect(moved(WHOLE, 1, 1)).toEqual(WHOLE);
});
