import { expect, it } from "vitest";

import { scaled } from "./photo";

it("a photo's short side is 960 pixels at most, and it is never made larger", () => {
  expect(scaled(4032, 3024)).toEqual({ width: 1280, height: 960 });
  expect(scaled(3024, 4032)).toEqual({ width: 960, height: 1280 });
  expect(scaled(640, 480)).toEqual({ width: 640, height: 480 });
});

it("no side is longer than the service takes", () => {
  expect(scaled(10_000, 1_000).width).toBeLessThanOrEqual(4096);
});
