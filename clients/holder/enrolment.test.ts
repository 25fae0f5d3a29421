import "fake-indexeddb/auto";

import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Failure, Outcome, Schemas } from "../kit/api/service";
import { Enrolment } from "./enrolment.svelte";
import { Store } from "./store";

type Answer = Outcome<Schemas["Registered"]>;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  vi.stubGlobal("navigator", {});
});

const problem = (slug: string): Failure => ({ kind: "problem", slug, problem: {} as Schemas["Problem"] });
const failed = (failure: Failure): Answer => ({ ok: false, failure });
const registered = { ok: true, value: { id: "FIRST" } } as Answer;

/** A registration whose attempts have these answers, and the keys that they were sent with. */
async function sending(...answers: Answer[]) {
  const [store, enrolment] = [await Store.open(), new Enrolment()];
  const used: (CryptoKeyPair | null)[] = [];
  const post = async () => {
    used.push(enrolment.keys);
    return answers[used.length - 1] ?? registered;
  };
  return { store, enrolment, used, send: () => enrolment.send(store, post) };
}

it("what has no answer is sent again with the same key", async () => {
  const { store, enrolment, used, send } = await sending(failed({ kind: "lost" }));
  await send();
  expect((await store.nextKeys())?.publicKey).toBeDefined();
  expect(enrolment.mayHaveArrived).toBe(true);
  await send();
  expect(used[1]).toBe(used[0]);
  expect(enrolment.take()).toBe(used[0]);
  expect([enrolment.keys, enrolment.mayHaveArrived]).toEqual([null, false]);
});

it.each<Failure>([{ kind: "offline" }, problem("not-eligible"), { kind: "busy", seconds: 1, isTurnedAway: true }])(
  "what was not carried out is not said to have arrived: %o",
  async (failure) => {
    const { enrolment, send } = await sending(failed(failure));
    await send();
    expect(enrolment.mayHaveArrived).toBe(false);
  },
);

it("a key that is bound already is replaced, and the same data are sent once more", async () => {
  const { used, send } = await sending(failed(problem("key-already-bound")));
  expect(await send()).toBe(registered);
  expect(used.length).toBe(2);
  expect(used[1]).not.toBe(used[0]);
});

it("a key that was refused is forgotten", async () => {
  const { store, enrolment, used, send } = await sending(failed(problem("not-eligible")));
  await send();
  expect([enrolment.keys, await store.nextKeys()]).toEqual([null, undefined]);
  await send();
  expect(used[1]).not.toBe(used[0]);
});

describe("what the service refuses", () => {
  const typed = { nik: "3577014507900003", email: "siti@contoh.id", phone: "0812", photo: new Blob(["JPEG"]) };
  const refusal = (...pointers: string[]) => ({ errors: pointers.map((pointer) => ({ pointer, detail: `about ${pointer}` })) }) as Schemas["Problem"];

  /** A registration for which something was typed. */
  function filled() {
    const enrolment = new Enrolment();
    enrolment.draft = { ...typed };
    return enrolment;
  }

  it("leads to the fields, with what was said of each", () => {
    const enrolment = filled();
    expect(enrolment.refuse(refusal("/email", "/selfie"))).toBe("daftar");
    expect(enrolment.refused?.email).toEqual({ value: "siti@contoh.id", detail: "about /email" });
    expect(enrolment.refused?.nik.detail).toBeUndefined();
    expect(enrolment.photoAdvice).toBe("about /selfie");
  });

  it("of the photo alone keeps no field's value", () => {
    const enrolment = filled();
    expect(enrolment.refuse(refusal("/selfie"))).toBe("ambil-foto");
    expect(enrolment.refused).toBeNull();
  });

  it("of neither leads nowhere", () => {
    expect(filled().refuse(refusal("/other"))).toBeNull();
  });

  it("is forgotten with what was typed", () => {
    const enrolment = filled();
    enrolment.refuse(refusal("/nik", "/selfie"));
    enrolment.empty();
    expect([enrolment.extent, enrolment.refused, enrolment.photoAdvice, enrolment.draft.nik]).toEqual(["empty", null, null, ""]);
  });
});
