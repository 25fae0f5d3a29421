import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { Screen } from "./screens";
import { Trail } from "./trail";

/** A browser with a page before the app, and what the app does in it. */
function opened() {
  const entries: { state: unknown; hash: string }[] = [{ state: null, hash: "(before)" }, { state: null, hash: "" }];
  let at = 1;
  let popped = () => {};
  vi.stubGlobal("addEventListener", (_: string, listener: () => void) => (popped = listener));
  vi.stubGlobal("history", {
    get state() {
      return entries[at]?.state;
    },
    pushState(state: unknown, _: string, hash: string) {
      entries.splice(at + 1, entries.length, { state, hash });
      at += 1;
    },
    replaceState: (state: unknown, _: string, hash: string) => void (entries[at] = { state, hash }),
    go: (steps: number) =>
      queueMicrotask(() => {
        if (entries[at + steps] === undefined) return;
        at += steps;
        if (at > 0) popped();
      }),
  });
  let screen: Screen = "selamat-datang";
  const seen: string[] = [];
  const trail = new Trail({
    shown: () => screen,
    arrived: () => void seen.push(entries[at]?.hash ?? ""),
    leaving: () => void seen.push("leaving"),
  });
  trail.watch();
  const show = (shown: Screen, how: "push" | "replace" | "restart" | "enter" = "push") => {
    screen = shown;
    trail[how](shown);
  };
  const type = (hash: string) => {
    entries.splice(at + 1, entries.length, { state: null, hash });
    at += 1;
    popped();
  };
  const walk = async (...steps: number[]) => {
    for (const step of steps) history.go(step);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { trail, show, type, walk, seen, here: () => entries[at]?.hash, entries };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("the way back shows one screen after the other", async () => {
  const { trail, show, walk, seen } = opened();
  show("selamat-datang", "replace");
  expect([trail.hasBefore, trail.isOwn]).toEqual([false, false]);
  show("pasang");
  show("daftar");
  expect([trail.hasBefore, trail.isOwn]).toEqual([true, true]);
  await walk(-1);
  await walk(-1);
  expect(seen).toEqual(["#pasang", "#selamat-datang"]);
});

it("what is done is not come back to", async () => {
  const { trail, show, walk, seen, here } = opened();
  show("selamat-datang", "replace");
  for (const screen of ["pasang", "daftar", "ambil-foto", "periksa"] as const) show(screen);
  show("tiket", "restart");
  await walk();
  expect([here(), trail.hasBefore, seen]).toEqual(["#tiket", false, []]);
  await walk(-1);
  expect(here()).toBe("(before)");
});

it("from the first screen of a session, one press asks, and so do two at once", async () => {
  const { show, walk, seen, here } = opened();
  show("masuk", "replace");
  show("halaman-utama", "enter");
  show("biodata");
  await walk(-1);
  for (const steps of [[-1], [-1, -1], [-2]]) {
    await walk(...steps);
    expect(seen.at(-1)).toBe("leaving");
    await vi.advanceTimersByTimeAsync(50);
    expect([here(), seen.at(-1)]).toEqual(["#halaman-utama", "#halaman-utama"]);
  }
});

it("the first screen of a session has none before it, and its others have", () => {
  const { trail, show } = opened();
  show("masuk", "replace");
  show("halaman-utama", "enter");
  expect(trail.hasBefore).toBe(false);
  show("biodata");
  expect(trail.hasBefore).toBe(true);
});

it("after a session, the way back leaves the app, however often there was one", async () => {
  const { trail, show, walk, here } = opened();
  show("masuk", "replace");
  for (let time = 0; time < 3; time++) {
    show("halaman-utama", "enter");
    show("ktp-digital");
    trail.exit();
    show("masuk", "restart");
    await walk();
  }
  expect(here()).toBe("#masuk");
  await walk(-1);
  expect(here()).toBe("(before)");
});

it("an address that is typed in a session is no way out of it", () => {
  const { show, type, seen } = opened();
  show("masuk", "replace");
  show("halaman-utama", "enter");
  type("#biodata");
  expect(seen).toEqual(["#biodata"]);
});

it("what is shown on the way to the first entry is shown there", async () => {
  const { show, walk, here } = opened();
  show("daftar");
  show("ambil-foto");
  show("tiket", "restart");
  show("email-aktivasi", "restart");
  await walk();
  expect(here()).toBe("#email-aktivasi");
});

it("a browser that has dropped the first entry loses nothing but the way there", async () => {
  const { show, walk, entries, here } = opened();
  show("daftar");
  show("ambil-foto");
  entries[3] = { state: { before: 60 }, hash: "#ambil-foto" };
  show("tiket", "restart");
  await walk();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(here()).toBe("#tiket");
  show("daftar");
  expect(here()).toBe("#daftar");
});

it("a screen that asks before it is left stays, however often the way back is pressed", async () => {
  const { trail, show, walk, seen, here } = opened();
  show("halaman-utama", "enter");
  show("ktp-digital");
  show("persetujuan");
  for (const steps of [[-1], [-1, -1]]) {
    await walk(...steps);
    expect(seen.splice(0)).toHaveLength(steps.length);
    trail.stay("persetujuan");
    await vi.advanceTimersByTimeAsync(1_000);
    expect([here(), trail.hasBefore]).toEqual(["#persetujuan", true]);
    seen.splice(0);
  }
});
