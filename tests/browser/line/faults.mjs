// A bad line: what goes wrong with a request, whether every kind of request has met it, and every screen no network at all.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";

import { context, given, gone, page, problem, seen } from "../holder/phone.mjs";

const APP = new URL("../../../clients/holder/", import.meta.url);

/** How long the service and the gateway have somebody wait, in seconds: the gateway does not say, and the app takes this. */
const WAITS = { busy: 30, crowded: 10 };

const FAULTS = {
  /** The service cannot answer for now. */
  busy: (route) => route.fulfill(problem("service-unavailable", 503, { retry_after: WAITS.busy })),
  /** The gateway lets nobody through. */
  crowded: (route) => route.fulfill({ status: 429, json: { message: "Too Many Requests" } }),
  /** The service does what it is asked, and its answer is lost. */
  cut: async (route) => {
    await route.fetch();
    await route.abort("connectionreset");
  },
  /** The request itself is lost. */
  lost: (route) => route.abort("connectionreset"),
};

const source = (name) => readFileSync(new URL(name, APP), "utf8");
const SOURCES = readdirSync(APP, { recursive: true }).filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith(".test.ts"));
const REQUESTS = SOURCES.flatMap((name) => [...source(name).matchAll(/client\.([A-Z]+)\(\s*"([^"]+)"/g)]);
/** The requests that the sources of the app make, as `GET /me`. */
const ROUTES = [...new Set(REQUESTS.map(([, method, path]) => `${method} ${path}`))];
/** The screens of the app, by the names in their addresses. */
const [LIST] = source("screens.ts").match(/const SCREENS = \{[^}]+\}/);
const SCREENS = [...LIST.matchAll(/^ {2}"?([a-z-]+)"?: "/gm)].map(([, name]) => name);

const planned = new Map();
const met = new Set();
const offline = new Set();

/** From now on, the line is as bad as it is planned to be. */
export async function spoilLine() {
  // The other files of the app are the browser's to fetch.
  const address = (name) => name.replace("/app/{path}", "/app/configuration.json").replace(/\{[^}]+\}/g, "[^/]+");
  const patterns = ROUTES.map((name) => [name, new RegExp(`^${address(name)}$`)]);
  await context.route((url) => url.origin === given.origin, async (route) => {
    const request = route.request();
    const asked = `${request.method()} ${new URL(request.url()).pathname}`;
    const name = patterns.find(([, pattern]) => pattern.test(asked))?.[0];
    const fault = planned.get(name)?.shift();
    if (fault === undefined) return route.continue();
    met.add(`${name}: ${fault}`);
    return FAULTS[fault](route);
  });
}

/** The next requests of this kind meet these faults, one each. */
export function plan(name, ...faults) {
  assert.ok(ROUTES.includes(name), `the app does not ask for ${name}`);
  planned.set(name, faults);
}

/** Each kind of request has been refused for now, turned away, and left without its answer; no fault is left over. */
export function everythingWasMet() {
  assert.ok(ROUTES.length > 15 && SCREENS.length > 20, "the app's sources are read");
  const all = ROUTES.flatMap((name) => [...Object.keys(WAITS), "cut"].map((fault) => `${name}: ${fault}`));
  assert.deepEqual(all.filter((one) => !met.has(one)), [], "not met");
  assert.deepEqual([...planned].filter(([, faults]) => faults.length > 0), [], "planned and never met");
  assert.deepEqual(SCREENS.filter((screen) => !offline.has(screen)), [], "not seen without a network");
}

/** The phone's clock stands still while something is done, and goes on only where it is told to. */
export async function stopped(run) {
  await page.clock.pauseAt((await page.evaluate(() => Date.now())) + 1_000);
  await run();
  await page.clock.resume();
}

/** What a screen has: a title, ways on, and what was typed. */
function look() {
  const ways = [...document.querySelectorAll("main button:not([aria-disabled=true]), main a[href]")];
  const typed = ({ type, checked, value }) => (/checkbox|radio/.test(type) ? checked : value);
  return {
    title: document.querySelector("main h1")?.innerText,
    ways: ways.filter((way) => way.checkVisibility()).length,
    typed: [...document.querySelectorAll("main input, main textarea")].map(typed),
  };
}

/** Without a network a screen keeps its title and what was typed, says what the matter is, and has a way on. */
export async function withoutNetwork() {
  const before = await page.evaluate(look);
  await context.setOffline(true);
  await seen("Tidak ada internet. Yang sudah tampil tetap dapat dilihat");
  const without = await page.evaluate(look);
  const screen = new URL(page.url()).hash.slice(1);
  assert.ok(without.title, `${screen} has no title`);
  assert.deepEqual([without.title, without.typed], [before.title, before.typed], `${screen} without a network`);
  assert.ok(without.ways > 0, `${screen} has no way on`);
  offline.add(screen);
  await context.setOffline(false);
  await gone("Tidak ada internet. Yang sudah tampil tetap dapat dilihat");
}

/** An act that is done by hand, as often as the line fails: what went wrong is said, and nothing has to be typed again. */
export async function insist(name, act, { lost } = {}) {
  const { typed } = await page.evaluate(look);
  await context.setOffline(true);
  await act();
  await seen("Belum ada yang terkirim.");
  assert.deepEqual((await page.evaluate(look)).typed, typed, `${name}: what was typed`);
  await context.setOffline(false);
  await gone("Belum ada yang terkirim.");
  for (const fault of Object.keys(WAITS)) {
    plan(name, fault);
    await act();
    await seen(waiting("(Coba|Mencoba) lagi", fault));
    assert.deepEqual((await page.evaluate(look)).typed, typed, `${name}: what was typed`);
  }
  plan(name, "cut");
  await act();
  if (lost !== undefined) await seen(lost);
}

/** A screen that asks by itself, while one thing after the other goes wrong: it says so, and gets through without a hand. */
export async function outlast(name, begin, look) {
  plan(name, ...Object.keys(WAITS), "cut");
  await context.setOffline(true);
  await begin();
  await seen("Belum ada yang terkirim.");
  await context.setOffline(false);
  for (const fault of Object.keys(WAITS)) await waitOut(fault, look);
}

/** How long it has to wait is on the screen, which may be looked at; then the time is over. */
export async function waitOut(fault, look) {
  await seen(waiting("Mencoba lagi", fault));
  await look?.(fault);
  await page.clock.fastForward((WAITS[fault] + 1) * 1_000);
}

/** The sentence that says how long to wait, which counts down. */
function waiting(start, fault) {
  return new RegExp(`${start} dalam ${fault === "busy" ? "(2\\d|30)" : "(\\d|10)"} detik\\.`);
}
