import { afterEach, expect, it, vi } from "vitest";

import { save } from "./files";

afterEach(() => void vi.unstubAllGlobals());

it.each<[string, () => Promise<void>, boolean]>([
  ["taken", () => Promise.resolve(), true],
  ["closed", () => Promise.reject(new DOMException("", "AbortError")), false],
  ["not opened, since nobody pressed just now", () => Promise.reject(new DOMException("", "NotAllowedError")), false],
])("a file whose share sheet is %s", async (_, share, isSaved) => {
  vi.stubGlobal("navigator", { userAgent: "iPhone", canShare: () => true, share });
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  expect(await save(new Blob(["{}"]), "data-saya.json")).toBe(isSaved);
});
