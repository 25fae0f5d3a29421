import { beforeEach, expect, it, vi } from "vitest";

import type { Failure, Outcome } from "../kit/api/service";
import { Asking, type Shown } from "./question.svelte";

const BY = {
  redemption_id: "M72WG7PMZ4GLV7MXDZAPG3TPXI",
  client_id: "bank-madiun",
  integrator: "Bank Madiun",
  purpose: "account-opening",
  purpose_label: { id: "Pembukaan rekening", en: "Opening an account" },
  redeemed_at: "2026-11-22T03:00:42.250Z",
};
const SCANNED: Shown = { state: "scanned", ...BY, claims: ["nik", "name"], answer_until: "2026-11-22T03:01:42.250Z" };
const REDEEMED: Shown = { state: "redeemed", ...BY, claims: ["name"] };
const REFUSED: Shown = { state: "refused", ...BY, withheld: "holder-declined" };
const CONFIRMATION = { digits: "47", pin: "142857", claims: ["name" as const] };

const lost: Failure = { kind: "lost" };
const refusal = (slug: string): Failure => ({
  kind: "problem",
  slug,
  problem: { type: `/problems/${slug}`, title: "T", status: 403, detail: "D", instance: "i" },
});

/** What the service answers, in its order, and what was sent to it. */
let answers: (Shown | Failure)[];
let sent: { path: string; body?: unknown; repeats: boolean }[];
const show = vi.fn();

function asking(): Asking {
  const recorder = (repeats: boolean) => {
    const record = (path: string, { body }: { body?: unknown }) => void sent.push({ path, repeats, ...(body ? { body } : {}) });
    return { GET: record, POST: record };
  };
  return new Asking({
    ask: async (request, { repeats }) => {
      void request(recorder(repeats) as never, new AbortController().signal);
      const answer = answers.shift();
      if (answer === undefined) throw new Error("nothing more was expected to be asked");
      const outcome = "state" in answer ? { ok: true, value: answer, answer: new Response() } : { ok: false, failure: answer };
      return outcome as Outcome<never>;
    },
    show,
  });
}

/** A question that is on the screen. */
async function asked(...then: (Shown | Failure)[]): Promise<Asking> {
  answers = [SCANNED, ...then];
  const made = asking();
  await made.check();
  sent = [];
  show.mockClear();
  return made;
}

beforeEach(() => {
  sent = [];
  show.mockClear();
});

it("a scan that asks is shown once, and a scan that disclosed at once is no question", async () => {
  answers = [SCANNED, SCANNED, REDEEMED];
  const made = asking();
  await made.check();
  await made.check();
  expect([made.extent, made.asker, show.mock.calls]).toEqual(["open", "Bank Madiun", [["persetujuan"]]]);

  const other = asking();
  expect((await other.check())?.shown).toEqual(REDEEMED);
  expect(other.extent).toBe("none");
});

it("what is allowed is sent once, with the question that it answers", async () => {
  const made = await asked(REDEEMED);
  await made.allow(CONFIRMATION);
  const body = { redemption_id: BY.redemption_id, answer: "allow", report: false, ...CONFIRMATION };
  expect(sent).toEqual([{ path: "/qr-codes/current/answer", body, repeats: false }]);
  expect([made.question, made.ended, show.mock.calls]).toEqual([null, REDEEMED, [["hasil"]]]);
});

it("a refusal has no PIN, and may be repeated", async () => {
  const made = await asked(REFUSED);
  await made.refuse(true);
  const body = { redemption_id: BY.redemption_id, answer: "refuse", report: true };
  expect(sent).toEqual([{ path: "/qr-codes/current/answer", body, repeats: true }]);
  expect(made.ended).toEqual(REFUSED);
});

it("a lost answer is asked about, and its PIN is not sent again", async () => {
  const made = await asked(lost, SCANNED);
  await made.allow(CONFIRMATION);
  expect(sent.map(({ path }) => path)).toEqual(["/qr-codes/current/answer", "/qr-codes/current"]);
  expect([made.extent, made.lost]).toEqual(["open", "not"]);

  // The next question tells what has become of it, whenever it has an answer.
  const other = await asked(lost, lost, REDEEMED);
  await other.allow(CONFIRMATION);
  expect([other.extent, other.lost]).toEqual(["open", "asks"]);
  await other.check();
  expect([other.ended, other.lost]).toEqual([REDEEMED, null]);
});

it("wrong digits keep the question, until the service says that it has ended", async () => {
  const made = await asked(refusal("digits-wrong"), SCANNED);
  await made.allow(CONFIRMATION);
  expect([made.extent, made.lost, show.mock.calls]).toEqual(["open", null, []]);
  const ended: Shown = { ...REFUSED, withheld: "digits-wrong" };
  answers = [refusal("digits-wrong"), ended];
  await made.allow(CONFIRMATION);
  expect([made.ended, show.mock.calls]).toEqual([ended, [["hasil"]]]);
});

it("a wrong PIN keeps the question, and nothing more is asked", async () => {
  const made = await asked(refusal("invalid-credentials"));
  await made.allow(CONFIRMATION);
  expect([made.extent, sent.length]).toEqual(["open", 1]);
});

it("a question that the service no longer knows has ended, and it is still said who asked", async () => {
  const made = await asked(refusal("question-unknown"), { state: "gone" });
  await made.allow(CONFIRMATION);
  expect([made.ended, made.asker]).toEqual([{ state: "gone" }, "Bank Madiun"]);
});

it.each<[string, Shown, boolean, string | null, string]>([
  ["a question that waits comes first", SCANNED, false, "persetujuan", "open"],
  ["how it ended meanwhile is shown to whom it was asked", REDEEMED, true, "hasil", "ended"],
  ["a scan that asked nobody is for the history", REDEEMED, false, null, "none"],
  ["a code that nobody has scanned is not asked about", { state: "live", expires_at: BY.redeemed_at }, true, null, "none"],
])("after a log-in, %s", async (_, shown, wasShown, screen, extent) => {
  answers = [shown];
  const made = asking();
  expect(await made.recall(wasShown)).toBe(screen);
  expect([made.extent, show.mock.calls]).toEqual([extent, []]);
});
