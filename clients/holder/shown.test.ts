import { render } from "svelte/server";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import type { Failure } from "../kit/api/service";
import { common } from "../kit/common";
import { words } from "./words";

let app: typeof import("./app.svelte").app;
const screens: Record<string, () => string> = {};

// The app is made by its module, and the screens show that one.
beforeAll(async () => {
  vi.stubGlobal("__BUILT_AT__", 0);
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("location", { origin: "http://127.0.0.1:9000" });
  vi.stubGlobal("addEventListener", () => undefined);
  ({ app } = await import("./app.svelte"));
  const modules = [import("./screens/Ticket.svelte"), import("./screens/Email.svelte"), import("./screens/Login.svelte")] as const;
  const [{ default: Ticket }, { default: Email }, { default: Login }] = await Promise.all(modules);
  Object.assign(screens, { ticket: () => render(Ticket).body, email: () => render(Email).body, login: () => render(Login).body });
}, 60_000);

beforeEach(() => {
  [app.status, app.startFailure, app.hints] = [null, null, {}];
});

it("a PIN that only an officer unlocks is no field, and says where to go", () => {
  app.hints = { pinLockedUntil: "office" };
  const locked = screens["login"]?.() ?? "";
  for (const said of [words.login.lockedTitle, words.login.lockedUntilOffice, words.login.unlocked]) expect(locked).toContain(said[0]);
  expect(locked).not.toContain("<input");
  app.hints = { pinLockedUntil: app.clock.now() + 600_000 };
  expect(screens["login"]?.()).toContain("Coba lagi dalam 10 menit");
  app.hints = { pinLockedUntil: app.clock.now() - 1 };
  expect(screens["login"]?.()).toContain("<input");
});

it("the screen of the e-mail says that the app has to be opened to learn more", () => {
  expect(screens["email"]?.()).toContain(words.ticket.foreground[0]);
});

describe.each(["ticket", "email"] as const)("what the %s's screen lacks since the start", (name) => {
  const shown = (failure: Failure) => {
    app.startFailure = failure;
    return screens[name]?.() ?? "";
  };

  it("had no answer is said as what it is, with a way on", () => {
    const outage = shown({ kind: "busy", seconds: 5 });
    for (const said of [words[name].missing[0], common.failures.busyTitle[0], common.now[0]]) expect(outage).toContain(said);
    expect(outage).not.toContain("internet");
    expect(shown({ kind: "lost" })).toContain(common.failures.lostTitle[0]);
  });

  it("had no network is not said to be unsent", () => {
    const offline = shown({ kind: "offline" });
    expect(offline).toContain(words[name].missing[0]);
    expect(offline).not.toContain("Belum ada yang terkirim");
  });
});
