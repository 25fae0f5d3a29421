import "fake-indexeddb/auto";

import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { beforeEach, expect, it } from "vitest";

import { lasting, Store } from "./store";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

it("a key is kept before it is used, cannot be taken out, and is not there before it is made", async () => {
  const store = await Store.open();
  expect(await store.nextKeys()).toBeUndefined();
  const keys = await store.makeNextKeys();
  expect(keys.privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey("jwk", keys.privateKey)).rejects.toThrow();
  expect((await store.nextKeys())?.publicKey).toBeDefined();
});

it("the registration before stays until the new one has its answer", async () => {
  const store = await Store.open();
  await store.adopt({ keys: await store.makeNextKeys(), registration: "FIRST" });
  const next = await store.makeNextKeys();
  expect((await store.device())?.registration).toBe("FIRST");
  await store.adopt({ keys: next, registration: "SECOND" });
  expect((await store.device())?.registration).toBe("SECOND");
  expect(await store.nextKeys()).toBeUndefined();
});

it("a key that is forgotten is gone with its hints, and language and theme stay", async () => {
  const store = await Store.open();
  await store.adopt({ keys: await store.makeNextKeys(), registration: "FIRST" });
  await store.saveHints({ language: "en", theme: "dark", stage: "active", wasActive: true, head: { count: 1, hash: "H" } });
  await store.forgetDevice();
  expect(await store.device()).toBeUndefined();
  expect(await store.hints()).toEqual({ language: "en", theme: "dark" });
});

it("a new registration takes over nothing that was true of the one before", () => {
  const before = { stage: "blocked", wasActive: true, pinChanged: true, pinPerhapsChanged: true, pinLockedUntil: "office" as const, claims: ["nik"] };
  expect(lasting({ ...before, head: { count: 1, hash: "H" }, language: "en" })).toEqual({ language: "en" });
});

it("an update keeps the key and what was remembered", async () => {
  // The first version, as it is on phones.
  const first = await openDB("ikd", 1, { upgrade: (database) => void database.createObjectStore("phone") });
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  await first.put("phone", { keys, registration: "FIRST" }, "device");
  await first.put("phone", { stage: "active", language: "en", head: { count: 3, hash: "H" } }, "hints");
  first.close();

  const store = await Store.open();
  const device = await store.device();
  expect(device?.registration).toBe("FIRST");
  const [algorithm, trial] = [{ name: "ECDSA", hash: "SHA-256" }, new TextEncoder().encode("trial")];
  const signature = await crypto.subtle.sign(algorithm, device?.keys.privateKey as CryptoKey, trial);
  expect(await crypto.subtle.verify(algorithm, keys.publicKey, signature, trial)).toBe(true);
  expect(await store.hints()).toEqual({ stage: "active", language: "en", head: { count: 3, hash: "H" } });
});
