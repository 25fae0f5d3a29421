import { describe, expect, it } from "vitest";

import { ServiceClock } from "./clock";
import { mayBeDone, Service, type Asked } from "./service";

const DATE = { Date: "Sun, 22 Nov 2026 10:00:00 GMT", "Content-Type": "application/json" };

const problem = (slug: string, status: number, members: object = {}) =>
  Response.json(
    { type: `http://127.0.0.1:9000/problems/${slug}`, title: "T", status, detail: "D", instance: "i", ...members },
    { status, headers: { ...DATE, "Content-Type": "application/problem+json" } },
  );
const fine = () => Response.json({ token: "T" }, { headers: DATE });
const cut = () => Promise.reject(new TypeError("Failed to fetch"));

/** A service that gives these answers in turn, and what it was asked. */
function serving(...answers: (() => Response | Promise<Response>)[]) {
  const asked: Request[] = [];
  const slept: number[] = [];
  const state = { online: true };
  const service = new Service({
    origin: "http://127.0.0.1:9000",
    clock: new ServiceClock(),
    language: () => "id",
    isOnline: () => state.online,
    sleep: async (milliseconds) => void slept.push(milliseconds),
    prove: async ({ at }) => ({ DPoP: `${asked.length} at ${new Date(at).toISOString().slice(0, 13)}` }),
    fetch: async (request) => {
      asked.push(request as Request);
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer === undefined) throw new Error("no answer");
      return answer();
    },
  });
  const mint: Asked<unknown> = (client, signal) => client.POST("/qr-codes", { body: { claims: ["name"], consent: "at-scan", format: "svg" }, signal });
  const send = (repeats: boolean) => service.send(mint, { repeats });
  const sendUnseen = () => service.send(mint, { repeats: true, isUnseen: true });
  return { asked, slept, state, send, sendUnseen };
}

describe("a request", () => {
  it("says who asks, in which language, with a proof of its own for each attempt", async () => {
    const { asked, send } = serving(cut, fine);
    expect(await send(true)).toMatchObject({ ok: true, value: { token: "T" } });
    expect(asked.map((request) => request.headers.get("DPoP")?.[0])).toEqual(["0", "1"]);
    expect(asked[0]?.headers.get("Accept-Language")).toBe("id");
  });

  it("does not leave a phone without a network, and says so", async () => {
    const { asked, state, send } = serving(fine);
    state.online = false;
    expect(await send(true)).toEqual({ ok: false, failure: { kind: "offline" } });
    expect(asked).toEqual([]);
  });

  it("is repeated twice where that does no harm, and never by itself where it does", async () => {
    const reads = serving(cut);
    expect(await reads.send(true)).toEqual({ ok: false, failure: { kind: "lost" } });
    expect(reads.asked.length).toBe(3);
    const withPin = serving(cut);
    expect(await withPin.send(false)).toEqual({ ok: false, failure: { kind: "lost" } });
    expect(withPin.asked.length).toBe(1);
  });

  it("waits as long as the service says", async () => {
    const { slept, send } = serving(() => problem("service-unavailable", 503, { retry_after: 2 }), fine);
    expect((await send(true)).ok).toBe(true);
    expect(slept).toEqual([2_000]);
  });

  it.each([4, 120])("does not wait for %s seconds in silence, and says for how long it would have to", async (seconds) => {
    const { asked, slept, send } = serving(() => problem("service-unavailable", 503, { retry_after: seconds }));
    expect(await send(true)).toEqual({ ok: false, failure: { kind: "busy", seconds } });
    expect([asked.length, slept]).toEqual([1, []]);
  });

  it("that nobody waits for takes its time, and not for ever", async () => {
    const busy = (seconds: number) => () => problem("service-unavailable", 503, { retry_after: seconds });
    const patient = serving(busy(10), fine);
    expect((await patient.sendUnseen()).ok).toBe(true);
    expect(patient.slept).toEqual([10_000]);
    const hopeless = serving(busy(120));
    expect((await hopeless.sendUnseen()).ok).toBe(false);
    expect(hopeless.asked.length).toBe(1);
  });

  it("meets the gateway, which has no problem documents", async () => {
    const refusal = (status: number) => () => Response.json({ message: "…" }, { status, headers: DATE });
    expect(await serving(refusal(429)).send(false)).toEqual({ ok: false, failure: { kind: "busy", seconds: 10, isTurnedAway: true } });
    expect(await serving(refusal(503)).send(false)).toEqual({ ok: false, failure: { kind: "busy", seconds: 1, isTurnedAway: true } });
    expect(await serving(refusal(502)).send(false)).toEqual({ ok: false, failure: { kind: "busy", seconds: 1 } });
    expect(await serving(refusal(404)).send(false)).toEqual({ ok: false, failure: { kind: "strange", status: 404 } });
    const html = () => new Response("<html>", { status: 500, headers: DATE });
    expect(await serving(html).send(false)).toEqual({ ok: false, failure: { kind: "strange", status: 500 } });
  });
});

describe("a phone whose clock is wrong", () => {
  const wrong = () => problem("clock-wrong", 401, { server_time: "2026-11-22T10:00:00.000Z" });

  it("takes the service's time and goes on, with a PIN, too", async () => {
    const { asked, send } = serving(wrong, fine);
    expect((await send(false)).ok).toBe(true);
    expect(asked[1]?.headers.get("DPoP")).toBe("1 at 2026-11-22T10");
  });

  it("says so where that does not help", async () => {
    const { asked, send } = serving(wrong);
    expect(await send(true)).toEqual({ ok: false, failure: { kind: "clock", service: new Date("2026-11-22T10:00:00Z") } });
    expect(asked.length).toBe(2);
  });
});

it.each<[string, boolean, () => Response | Promise<Response>]>([
  ["without an answer", true, cut],
  ["whose answer breaks off", true, () => new Response('{"tok', { headers: DATE })],
  ["that failed while it was at work", true, () => problem("service-unavailable", 503)],
  ["whose answer the gateway did not wait for", true, () => Response.json({ message: "…" }, { status: 504, headers: DATE })],
  ["of which there were too many", false, () => Response.json({ message: "…" }, { status: 429, headers: DATE })],
  ["that the gateway turned away", false, () => Response.json({ message: "…" }, { status: 503, headers: DATE })],
  ["that nobody is there for", false, () => Response.json({ message: "…" }, { status: 404, headers: DATE })],
  ["that was refused", false, () => problem("invalid-credentials", 401)],
])("a request %s may have been carried out: %s", async (_, isPossible, answer) => {
  const outcome = await serving(answer).send(false);
  expect(!outcome.ok && mayBeDone(outcome.failure)).toBe(isPossible);
});

it("what another request was faster than is tried once more, unless it carries a PIN", async () => {
  const overtaken = () => problem("concurrent-requests", 409);
  const { asked, send } = serving(overtaken, fine);
  expect((await send(true)).ok).toBe(true);
  expect(asked.length).toBe(2);
  const withPin = serving(overtaken, fine);
  expect(await withPin.send(false)).toMatchObject({ failure: { slug: "concurrent-requests" } });
  expect(withPin.asked.length).toBe(1);
});
