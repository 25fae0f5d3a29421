import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { watch } from "./camera";
import { refusalOf } from "./refusal";

const { readBarcodes } = vi.hoisted(() => ({ readBarcodes: vi.fn() }));
vi.mock("zxing-wasm/reader", () => ({ prepareZXingModule: () => undefined, readBarcodes }));
vi.mock("zxing-wasm/reader/zxing_reader.wasm?url", () => ({ default: "" }));

const track = { stop: vi.fn() };
const video = (play: () => Promise<void>) => ({ play, videoWidth: 640, videoHeight: 480, srcObject: null }) as unknown as HTMLVideoElement;

beforeEach(() => {
  vi.clearAllMocks();
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia: async () => ({ getTracks: () => [track] }) } });
  const context = { drawImage: () => undefined, getImageData: () => ({}) };
  vi.stubGlobal("document", { createElement: () => ({ getContext: () => context }) });
});
afterEach(() => vi.unstubAllGlobals());

it("the camera is off again where its picture cannot be shown", async () => {
  const fault = new DOMException("", "AbortError");
  await expect(watch(video(() => Promise.reject(fault)), vi.fn(), vi.fn())).rejects.toBe(fault);
  expect(track.stop).toHaveBeenCalledOnce();
});

it("a decoder that does not work is reported, also later, and the camera is off", async () => {
  const fault = new Error("no memory");
  readBarcodes.mockResolvedValueOnce([]).mockRejectedValueOnce(fault);
  const [found, failed] = [vi.fn(), vi.fn()];
  await watch(video(async () => undefined), found, failed);
  await vi.waitUntil(() => failed.mock.calls.length > 0);
  expect(failed).toHaveBeenCalledExactlyOnceWith(fault);
  expect([track.stop.mock.calls.length, found.mock.calls.length]).toEqual([1, 0]);
});

it("a code is found once, and what fails after the end is nobody's", async () => {
  readBarcodes.mockResolvedValueOnce([{ text: "CODE" }]);
  const [found, failed] = [vi.fn(), vi.fn()];
  await watch(video(async () => undefined), found, failed);
  await vi.waitUntil(() => found.mock.calls.length > 0);
  expect(found).toHaveBeenCalledExactlyOnceWith("CODE");
  let fail = (_: Error) => {};
  readBarcodes.mockReturnValueOnce(new Promise((_, reject) => (fail = reject)));
  (await watch(video(async () => undefined), found, failed))();
  fail(new Error("too late"));
  await Promise.resolve();
  expect(failed).not.toHaveBeenCalled();
});

it.each([
  ["refused", new DOMException("", "NotAllowedError")],
  ["missing", new DOMException("", "NotFoundError")],
  ["busy", new DOMException("", "NotReadableError")],
  ["broken", new TypeError("Failed to fetch dynamically imported module")],
  ["broken", new WebAssembly.CompileError()],
])("the reason is %s for %o", (reason, error) => expect(refusalOf(error)).toBe(reason));
