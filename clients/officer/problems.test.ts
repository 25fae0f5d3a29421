import { describe, expect, it } from "vitest";

import { Act } from "../kit/act.svelte";
import type { Failure } from "../kit/api/service";
import { adviceOf, detailOf, forgetRefusal, mayBeDone, wayOf } from "./problems";
import { words } from "./words";

const problem = (slug: string, status: number, members: object = {}): Failure => ({
  kind: "problem",
  slug,
  problem: { type: `https://ikd.example/problems/${slug}`, title: "T", status, detail: "D", instance: "i", ...members },
});

describe("the way on", () => {
  it.each<[string, Failure]>([
    ["sign-in", problem("missing-token", 401)],
    ["sign-in", problem("invalid-token", 401)],
    ["sign-in", { kind: "strange", status: 401 }],
    ["sign-out", problem("not-an-officer", 403)],
    ["look-again", problem("already-decided", 409)],
    ["replace", problem("device-already-active", 409)],
    ["read", problem("registration-ended", 409)],
    ["read", problem("no-device", 404)],
    ["read", problem("another-registration-waits", 409)],
    ["read", { kind: "strange", status: 500 }],
    ["read", { kind: "lost" }],
    ["read", { kind: "busy", seconds: 1 }],
  ])("is to %s: %o", (way, failure) => expect(wayOf(failure)).toBe(way));
});

describe("the advice", () => {
  it.each<[string, Failure, unknown]>([
    ["a ticket that expired, where the service says it", problem("ticket-expired", 410), null],
    ["somebody who may not register", problem("not-eligible", 422), words.problems.notEligible],
    ["a limit of the officer's acts", problem("too-many-acts", 429), words.problems.supervisor],
    ["an e-mail that was sent a moment ago", problem("too-many-emails", 429), null],
    ["a refusal that says all", problem("no-device", 404), null],
  ])("for %s", (_, failure, advice) => expect(adviceOf(failure)).toBe(advice));
});

it("what the service says of a field is found by the field's name", () => {
  const failure = problem("validation-failed", 422, { errors: [{ pointer: "/email", detail: "Alamat email tidak valid." }] });
  expect(detailOf(failure, "/email")).toBe("Alamat email tidak valid.");
  expect(detailOf(failure, "/nik")).toBe("");
  expect(detailOf(null, "/email")).toBe("");
});

it("what has no answer may have been done, but what was refused or never left was not", () => {
  const unsure: Failure[] = [{ kind: "lost" }, { kind: "busy", seconds: 1 }, { kind: "strange", status: 500 }];
  expect(unsure.every(mayBeDone)).toBe(true);
  const sure: (Failure | null)[] = [null, { kind: "offline" }, problem("not-approved", 409), { kind: "busy", seconds: 1, isTurnedAway: true }];
  expect(sure.some(mayBeDone)).toBe(false);
});

it("a refusal of one field goes when that field is changed, and nothing else does", async () => {
  const refused = problem("validation-failed", 422, { errors: [{ pointer: "/email", detail: "Alamat email tidak valid." }] });
  const left = async (failure: Failure, pointer: string) => {
    const act = new Act();
    await act.run(async () => ({ ok: false, failure }));
    forgetRefusal(act, pointer);
    return act.failure;
  };
  expect(await left(refused, "/email")).toBe(null);
  expect(await left(refused, "/nik")).toBe(refused);
  expect(await left({ kind: "lost" }, "/email")).toEqual({ kind: "lost" });
});
