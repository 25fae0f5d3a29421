import "fake-indexeddb/auto";

import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";

import { Store } from "./store";

const ID = "FHE4GDQGARIVZ3MYWPIU7WEHKE";
const ACTIVE = { id: ID, stage: "active", registered_at: "2026-11-22T02:03:04.500Z" };

/** What the service answers to anything but a log-in and the question for its configuration, and what it was asked. */
let answer: (request: Request) => Promise<Response> | Response;
let asked: string[];

async function served(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/app/configuration.json") return new Response(null, { status: 404 });
  asked.push(`${request.method} ${pathname}`);
  if (pathname === "/sessions") return Response.json({ access_token: "T", token_type: "DPoP", expires_in: 600, scope: "holder" }, { status: 201 });
  return answer(request);
}

const problem = (slug: string, status: number, members = {}) =>
  Response.json({ type: `/problems/${slug}`, title: "T", status, detail: "D", instance: "i", ...members }, { status });

const browser = { locks: { request: (_name: string, _how: object, hold: (lock: object) => unknown) => hold({}) }, onLine: true };
const location = { origin: "http://127.0.0.1:9000", pathname: "/app", hash: "" };
const history = {
  state: null as unknown,
  pushState: (state: unknown, _: string, hash: string) => void ([history.state, location.hash] = [state, hash]),
  replaceState: (state: unknown, _: string, hash: string) => void ([history.state, location.hash] = [state, hash]),
  go: () => undefined,
};

/** What the tab remembers. */
const tab = new Map<string, string>();

function stub() {
  vi.stubGlobal("__BUILT_AT__", 0);
  vi.stubGlobal("navigator", browser);
  vi.stubGlobal("location", location);
  vi.stubGlobal("history", history);
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => tab.get(name) ?? null,
    setItem: (name: string, value: string) => void tab.set(name, value),
    removeItem: (name: string) => void tab.delete(name),
  });
  vi.stubGlobal("fetch", served);
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("setInterval", () => 0);
  vi.stubGlobal("document", { documentElement: { dataset: {} } });
}

let App: typeof import("./app.svelte").App;
// The module makes the page's own app.
beforeAll(async () => {
  stub();
  ({ App } = await import("./app.svelte"));
}, 60_000);
beforeEach(() => {
  stub();
  globalThis.indexedDB = new IDBFactory();
  tab.clear();
  [history.state, location.hash, asked] = [null, "", []];
  answer = () => Response.json(ACTIVE);
});
afterEach(() => void vi.unstubAllGlobals());

/** A question that a bank puts to the holder. */
const QUESTION = {
  state: "scanned",
  redemption_id: "M72WG7PMZ4GLV7MXDZAPG3TPXI",
  client_id: "bank-madiun",
  integrator: "Bank Madiun",
  purpose: "account-opening",
  purpose_label: { id: "Pembukaan rekening", en: "Opening an account" },
  redeemed_at: "2026-11-22T03:00:42.250Z",
  claims: ["nik", "name"],
  answer_until: "2026-11-22T03:01:42.250Z",
};

const email = (issued_at: string) => ({ delivery: "queued", issued_at, code_expires_at: issued_at, resend_after: issued_at });

/** The app on a phone with a registration, opened at an address. */
async function opened(hash = "") {
  const store = await Store.open();
  await store.adopt({ keys: await store.makeNextKeys(), registration: ID });
  location.hash = hash;
  const app = new App();
  await app.start();
  return app;
}

/** The same after the log-in. */
async function inside(hash = "") {
  const app = await opened(hash);
  await app.logIn("142857");
  asked = [];
  return app;
}

it("a code is not made of what nobody has chosen, wherever the address leads", async () => {
  const app = await inside("#kode");
  expect(app.screen).toBe("ktp-digital");
  app.chosen = ["age_over_17"];
  app.go("kode");
  expect(app.screen).toBe("kode");
});

it.each<[string, () => Promise<Response> | Response]>([
  ["had no answer", () => Promise.reject(new TypeError("Failed to fetch"))],
  ["failed while it was at work", () => Response.json({ message: "…" }, { status: 504 })],
])("an e-mail whose request %s is asked about", async (_, failing) => {
  let issued = "2026-11-22T02:00:00.000Z";
  answer = () => Response.json({ ...ACTIVE, stage: "approved", activation_email: email(issued) });
  const app = await opened();
  asked = [];
  answer = (request) => {
    if (request.method !== "POST") return Response.json({ ...ACTIVE, stage: "approved", activation_email: email(issued) });
    issued = "2026-11-22T02:05:00.000Z";
    return failing();
  };
  expect((await app.resend()).ok).toBe(false);
  expect(asked).toEqual([`POST /registrations/${ID}/activation-emails`, `GET /registrations/${ID}`]);
  expect(app.status?.activation_email?.issued_at).toBe(issued);
});

it("an obstacle stays until there is an answer, and a failure is not silent", async () => {
  const app = await inside();
  answer = () => problem("holder-moved", 403);
  await app.ask((client, signal) => client.GET("/me/family", { signal }), { repeats: false });
  expect(app.obstacle?.kind).toBe("registry");

  answer = () => Response.json({ message: "…" }, { status: 503, headers: { "Retry-After": "60" } });
  expect(await app.retry()).toMatchObject({ ok: false, failure: { kind: "busy" } });
  expect(app.obstacle?.kind).toBe("registry");

  let obstacle: unknown;
  answer = () => {
    obstacle = app.obstacle;
    return Response.json(ACTIVE);
  };
  expect((await app.retry()).ok).toBe(true);
  expect([obstacle, app.obstacle, app.screen]).toEqual([expect.objectContaining({ kind: "registry" }), null, "masuk"]);
});

it("a tab that takes the app knows what the other one has written down", async () => {
  const app = await opened();
  const other = await Store.open();
  await other.saveHints({ ...app.hints, pinLockedUntil: "office", claims: ["name"] });
  await app.useHere();
  expect(app.hints).toMatchObject({ pinLockedUntil: "office", claims: ["name"] });
});

/** Answers that do not say whether the request was carried out. */
const UNSURE: [string, () => Response][] = [
  ["502", () => Response.json({ message: "…" }, { status: 502, headers: { "Retry-After": "60" } })],
  ["504", () => Response.json({ message: "…" }, { status: 504, headers: { "Retry-After": "60" } })],
  ["500 that cannot be read", () => new Response("<html>", { status: 500 })],
];

it.each(UNSURE)("an erasure that was answered with %s is asked about", async (_, failing) => {
  const app = await inside();
  answer = (request) => (request.method === "POST" ? failing() : problem("not-found", 404));
  expect((await app.erase("142857")).ok).toBe(false);
  expect(app.obstacle).toEqual({ kind: "gone" });
});

it.each(UNSURE)("a block that was answered with %s is asked about", async (_, failing) => {
  const app = await inside();
  answer = (request) => (request.method === "POST" ? failing() : Response.json({ ...ACTIVE, stage: "blocked" }));
  expect((await app.block("lost")).ok).toBe(false);
  expect([app.screen, app.session]).toEqual(["diblokir", null]);
});

it("an erasure that was turned away is not asked about", async () => {
  const app = await inside();
  answer = () => Response.json({ message: "…" }, { status: 429 });
  await app.erase("142857");
  expect(asked).toEqual(["POST /me/erasures"]);
});

it("a log-in leads to the question that waits, and asks for it only where there can be one", async () => {
  answer = (request) => Response.json(request.url.endsWith("/qr-codes/current") ? QUESTION : ACTIVE);
  const app = await inside();
  expect([app.screen, asked]).toEqual(["halaman-utama", []]);
  await app.lock();
  await app.remember({ codeUntil: app.clock.now() + 10_000 });
  await app.logIn("142857");
  expect([app.screen, app.asking.asker]).toEqual(["persetujuan", "Bank Madiun"]);

  // A lock forgets who asked.
  await app.lock();
  expect([app.screen, app.asking.question]).toEqual(["masuk", null]);
});

it("no code is made in the place of one whose question waits", async () => {
  answer = (request) => Response.json(request.url.endsWith("/qr-codes/current") ? QUESTION : ACTIVE);
  const app = await inside();
  app.chosen = ["name"];
  app.go("kode");
  await app.remember({ codeUntil: app.clock.now() + 10_000 });
  app.sessionEnded(["Sesi berakhir.", "The session has ended."]);
  await app.logIn("142857");
  expect(app.screen).toBe("persetujuan");
});

it("a PIN that is locked ends the question, and the log-in says so", async () => {
  const served = (request: Request) => (request.url.endsWith("/qr-codes/current") ? QUESTION : ACTIVE);
  answer = (request) => (request.method === "POST" ? problem("pin-locked", 423, { retry_after: 60 }) : Response.json(served(request)));
  const app = await inside();
  await app.asking.check();
  await app.asking.allow({ digits: "47", pin: "000000", claims: ["name"] });
  expect([app.screen, app.asking.question, app.hints.codeUntil]).toEqual(["masuk", null, 0]);
  expect(app.message?.text[0]).toContain("permintaan Bank Madiun berakhir");
});

it.each([
  [undefined, "at-scan"],
  [false, "at-scan"],
  [true, "by-showing"],
])("a code asks first unless the holder chose otherwise: %s", async (asksNot, consent) => {
  let body: unknown;
  answer = async (request) => {
    body = await request.json();
    return Response.json({ token: "T", expires_at: "2026-11-22T03:01:30.000Z", claims: ["name"], consent }, { status: 201 });
  };
  const app = await inside();
  if (asksNot !== undefined) await app.remember({ asksNot });
  await app.makeCode(["name"]);
  expect(body).toEqual({ claims: ["name"], consent, format: "svg" });
  expect(app.hints.codeUntil).toBe(Date.parse("2026-11-22T03:02:30.000Z"));
});
