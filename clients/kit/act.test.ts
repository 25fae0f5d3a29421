import { render } from "svelte/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Act } from "./act.svelte";
import { ServiceClock } from "./api/clock";
import { Service } from "./api/service";
import { common } from "./common";
import FailureNotice from "./ui/FailureNotice.svelte";
import Waiting from "./ui/Waiting.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A service that never answers. */
const silent = () =>
  new Service({
    origin: "http://127.0.0.1:9000",
    clock: new ServiceClock(),
    language: () => "id",
    isOnline: () => true,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    prove: async () => ({}),
    fetch: (request) =>
      new Promise((_, reject) => {
        const { signal } = request as Request;
        signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      }),
  });

it("waiting is said after 0.4, 3 and 10 seconds, and over after 20", async () => {
  const [act, service] = [new Act(), silent()];
  const said = () => render(Waiting, { props: { act } }).body.replace(/<[^>]*>/g, "");
  const running = act.run(() => service.send((client, signal) => client.GET("/me", { signal }), { repeats: true }));
  const heard: [number, string][] = [];
  for (let time = 0; time < 20_000; time += 100) {
    if (heard.at(-1)?.[1] !== said()) heard.push([time, said()]);
    await vi.advanceTimersByTimeAsync(100);
  }
  const { first, second, third } = common.waiting;
  expect(heard).toEqual([[0, ""], [400, first[0]], [3_000, second[0]], [10_000, third[0]]]);
  expect(await running).toEqual({ ok: false, failure: { kind: "lost" } });
  expect([act.running, said()]).toEqual([false, ""]);
  const notice = render(FailureNotice, { props: { failure: act.failure ?? { kind: "offline" }, again: () => undefined } }).body;
  for (const text of [common.failures.lostTitle, common.failures.lost, common.repeat]) expect(notice).toContain(text[0]);
});

it("a second press does nothing while the first one runs", async () => {
  const [act, service] = [new Act(), silent()];
  const send = () => service.send((client, signal) => client.GET("/me", { signal }), { repeats: false });
  void act.run(send);
  expect(await act.run(send)).toBeNull();
});
