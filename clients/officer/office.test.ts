import { beforeAll, beforeEach, expect, it, vi } from "vitest";

import { words } from "./words";

/** A page that was opened by its address, and where it was sent since. */
const sent: URL[] = [];
const kept = new Map<string, string>();
const ISSUER = "http://127.0.0.1:9002";

const configuration = {
  public_url: "http://127.0.0.1:9000/", zone: "WIB", office: { name: "Dukcapil" },
  sign_in: { issuer: ISSUER, client_id: "ikd-office", scope: "openid" },
};
/** What the service answers to anything but the question for its configuration. */
let answer: (request: Request) => Promise<Response>;

async function served(input: Request | string | URL, init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const { href, pathname } = new URL(request.url);
  if (pathname === "/office/configuration.json") return Response.json(configuration);
  if (!href.startsWith(ISSUER)) return answer(request);
  if (pathname !== "/token") return Response.json({ issuer: ISSUER, authorization_endpoint: `${ISSUER}/auth`, token_endpoint: `${ISSUER}/token` });
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "");
  const claims = { iss: ISSUER, aud: "ikd-office", sub: "petugas-7", iat: now, exp: now + 600 };
  return Response.json({ access_token: "T", token_type: "Bearer", expires_in: 600, id_token: [part({ alg: "RS256" }), part(claims), "c2ln"].join(".") });
}

const problem = (slug: string, status: number) =>
  Response.json({ type: `/problems/${slug}`, title: "T", status, detail: "D", instance: "i" }, { status });

let Office: typeof import("./office.svelte").Office;
// The module makes the page's own console.
beforeAll(async () => {
  stub("");
  ({ Office } = await import("./office.svelte"));
}, 60_000);

function stub(search: string) {
  vi.stubGlobal("location", { search, pathname: "/office", origin: "http://127.0.0.1:9000", assign: (address: string) => sent.push(new URL(address)) });
  vi.stubGlobal("fetch", served);
  vi.stubGlobal("navigator", { onLine: true });
  vi.stubGlobal("history", { replaceState: () => undefined });
  vi.stubGlobal("sessionStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  });
}

/** The console as it is after its page was opened at this address. */
async function opened(search = "") {
  stub(search);
  const office = new Office();
  await office.start();
  return office;
}

/** The console after an officer has signed in. */
async function inside() {
  const outside = await opened();
  await outside.signIn();
  return opened(`?code=C&state=${sent.at(-1)?.searchParams.get("state")}`);
}

beforeEach(() => {
  sent.length = 0;
  kept.clear();
  answer = async () => problem("not-found", 404);
});

it("after somebody who is no officer, the issuer asks again, until it has", async () => {
  const office = await inside();
  expect(office.entry).toEqual({ step: "inside", officer: "petugas-7" });
  expect(sent.at(-1)?.searchParams.has("prompt")).toBe(false);
  answer = async () => problem("not-an-officer", 403);
  await office.take("3577014507900003");
  expect(office.entry).toEqual({ step: "outside", why: "not-officer" });
  // The page may have been left for the end of the issuer's session meanwhile.
  await (await opened()).signIn();
  expect(sent.at(-1)?.searchParams.get("prompt")).toBe("login");
  await (await opened(`?code=C&state=${sent.at(-1)?.searchParams.get("state")}`)).signIn();
  expect(sent.at(-1)?.searchParams.has("prompt")).toBe(false);
});

it.each([
  ["cancelled", "error=access_denied"],
  ["rejected", "error=invalid_scope"],
  ["stray", "error=access_denied&state=another"],
])("an officer whom the issuer sent back learns that it was %s", async (why, answered) => {
  await (await opened()).signIn();
  const state = answered.includes("state") ? "" : `&state=${sent.at(-1)?.searchParams.get("state")}`;
  expect((await opened(`?${answered}${state}`)).entry).toEqual({ step: "outside", why });
});

const TICKET = "U2TK7NLLVMN3OGH5NQSO2IKKFMYVIU56GGR5QTJOUGBJVID44R3OGBC2UU";
const registered = (stage: string) => Response.json({ id: "R", stage, applicant: { nik: "3577014507900003" }, decision: null });

it.each([
  ["stays open where the registration still waits", "pending", "approve", "review"],
  ["is over where the registration has ended", "ended", null, "after"],
] as const)("an approval that has to replace a phone %s", async (_, stage, asks, at) => {
  const office = await inside();
  answer = async () => registered("pending");
  await office.take(TICKET);
  expect(office.place.at).toBe("review");
  office.ask("approve");
  answer = async ({ method }) => (method === "POST" ? problem("device-already-active", 409) : registered(stage));
  await office.decide({ verdict: "approve", replace_device: false });
  expect([office.asks, office.place.at]).toEqual([asks, at]);
  expect([office.note !== null, office.deciding.failure === null]).toEqual(asks === null ? [true, true] : [false, false]);
});

it("a scan while another one is being opened is not lost in silence", async () => {
  const office = await inside();
  let open = () => {};
  answer = () => new Promise((resolve) => (open = () => resolve(registered("pending"))));
  const first = office.take(TICKET);
  await vi.waitUntil(() => office.opening.running);
  await office.take("3577014507900003");
  expect(office.note?.()).toBe(words.ready.stillOpening[0]);
  await vi.waitUntil(() => (open(), office.place.at === "review"));
  await first;
  expect(office.note).not.toBe(null);
});

it("what was said of an entry goes when another one is typed", async () => {
  const office = await inside();
  await office.take("357701450790000");
  expect(office.note?.()).toBe(words.ready.digits[0](15));
  office.types();
  expect(office.note).toBe(null);
  await office.take("3577014507900003");
  expect(office.opening.failure).toMatchObject({ slug: "not-found" });
  office.types();
  expect(office.opening.failure).toBe(null);
});

it("coming back from the issuer's page without an answer, the officer can sign in again", async () => {
  const office = await opened();
  await office.signIn();
  expect(office.entry).toEqual({ step: "leaving" });
  office.returned();
  expect(office.entry).toEqual({ step: "outside", why: null });
  const signedIn = await inside();
  signedIn.returned();
  expect(signedIn.entry.step).toBe("inside");
});
