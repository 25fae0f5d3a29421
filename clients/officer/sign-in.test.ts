import { afterEach, describe, expect, it, vi } from "vitest";

import { Issuer, arrive, faultOf, type SignIn } from "./sign-in";

const TRIP = JSON.stringify({ state: "S", verifier: "V" });
const REDIRECT = "http://127.0.0.1:9000/office";
const SIGN_IN: SignIn = { issuer: "http://127.0.0.1:9002", client_id: "ikd-office", scope: "openid" };

describe("the page is opened", () => {
  it.each([
    ["by its address", "", null, "fresh"],
    ["after signing out", "?state=S", null, "fresh"],
    ["with an answer that it asked for", "?code=C&state=S", TRIP, "answer"],
    ["by an issuer that refuses", "?error=access_denied&state=S", TRIP, "refused"],
    ["with an answer that was used before", "?code=C&state=S", null, "stray"],
    ["with somebody else's answer", "?code=C&state=T", TRIP, "stray"],
    ["with an answer without a state", "?code=C", TRIP, "stray"],
    ["with somebody else's refusal", "?error=access_denied", TRIP, "stray"],
    ["with a memory that is none", "?code=C&state=S", "{", "stray"],
    ["with a memory of something else", "?code=C&state=S", '{"state":"S"}', "stray"],
  ])("%s", (_, query, remembered, kind) => expect(arrive(query, remembered).kind).toBe(kind));
});

/** An issuer that gives these answers, and what it was asked. */
function issuing(token: object, more: object = {}) {
  const asked: Request[] = [];
  vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
    const request = new Request(address, init);
    asked.push(request);
    if (request.method === "POST") return Response.json(token);
    const base = SIGN_IN.issuer;
    return Response.json({ issuer: base, authorization_endpoint: `${base}/auth`, token_endpoint: `${base}/token`, jwks_uri: `${base}/jwks`, ...more });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

const idToken = (claims: object) => {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return [part({ alg: "RS256" }), part({ iss: SIGN_IN.issuer, aud: SIGN_IN.client_id, iat: now, exp: now + 60, ...claims }), "c2ln"].join(".");
};

describe("signing in", () => {
  it("goes to the issuer's page with a challenge, and remembers what it is made from", async () => {
    issuing({});
    const issuer = await Issuer.discover(SIGN_IN, REDIRECT);
    const { address, trip } = await issuer.depart();
    const { origin, pathname, searchParams } = new URL(address);
    expect(origin + pathname).toBe("http://127.0.0.1:9002/auth");
    expect(Object.fromEntries(searchParams)).toMatchObject({
      client_id: "ikd-office", redirect_uri: REDIRECT, response_type: "code", scope: "openid", state: trip.state, code_challenge_method: "S256",
    });
    expect(searchParams.get("code_challenge")).not.toBe(trip.verifier);
    expect([searchParams.has("resource"), searchParams.has("prompt")]).toEqual([false, false]);
  });

  it("asks who it is once more, where the last one was no officer", async () => {
    issuing({});
    const { address } = await (await Issuer.discover(SIGN_IN, REDIRECT)).depart(true);
    expect(new URL(address).searchParams.get("prompt")).toBe("login");
  });

  it("changes the code for a token, and learns the officer's name", async () => {
    const asked = issuing({ access_token: "T", token_type: "Bearer", expires_in: 2520, id_token: idToken({ sub: "petugas-7" }) });
    const issuer = await Issuer.discover({ ...SIGN_IN, resource: "urn:ikd:office" }, REDIRECT);
    const { trip } = await issuer.depart();
    const admission = await issuer.redeem(new URLSearchParams({ code: "C", state: trip.state }), trip, 0);
    expect(admission).toEqual({ token: "T", seconds: 2520, officer: "petugas-7" });
    const sent = new URLSearchParams(await asked.at(-1)?.text());
    expect(Object.fromEntries(sent)).toEqual({
      client_id: "ikd-office", code: "C", code_verifier: trip.verifier, grant_type: "authorization_code", redirect_uri: REDIRECT,
      resource: "urn:ikd:office",
    });
  });

  it.each([
    [{ name: "Rina", preferred_username: "rina7", email: "rina@madiun.example" }, "Rina"],
    [{ preferred_username: "rina7", email: "rina@madiun.example" }, "rina7"],
    [{ name: "", email: "rina@madiun.example" }, "rina@madiun.example"],
    [{ email: null }, "0c7f"],
  ])("calls the officer what people do: %o", async (claims, officer) => {
    issuing({ access_token: "T", token_type: "Bearer", expires_in: 60, id_token: idToken({ sub: "0c7f", ...claims }) });
    const issuer = await Issuer.discover(SIGN_IN, REDIRECT);
    const trip = { state: "S", verifier: "V".repeat(43) };
    await expect(issuer.redeem(new URLSearchParams({ code: "C", state: "S" }), trip, 0)).resolves.toMatchObject({ officer });
  });

  it("does not depend on this computer's clock", async () => {
    const past = Math.floor(Date.now() / 1000) - 7_200;
    issuing({ access_token: "T", token_type: "Bearer", expires_in: 60, id_token: idToken({ sub: "p", iat: past, exp: past + 60 }) });
    const issuer = await Issuer.discover(SIGN_IN, REDIRECT);
    const trip = { state: "S", verifier: "V".repeat(43) };
    await expect(issuer.redeem(new URLSearchParams({ code: "C", state: "S" }), trip, 0)).rejects.toThrow();
    await expect(issuer.redeem(new URLSearchParams({ code: "C", state: "S" }), trip, -7_200)).resolves.toMatchObject({ officer: "p" });
  });

  it("is not tried with an issuer that calls itself something else, or over an open network", async () => {
    issuing({}, { issuer: "http://127.0.0.1:9003" });
    await expect(Issuer.discover(SIGN_IN, REDIRECT)).rejects.toMatchObject({ fault: "unfit" });
    const open = { ...SIGN_IN, issuer: "http://issuer.example" };
    issuing({}, { issuer: open.issuer });
    await expect(Issuer.discover(open, REDIRECT)).rejects.toMatchObject({ fault: "unfit" });
  });
});

describe("an issuer is", () => {
  const silent = () => Promise.reject(new TypeError("Failed to fetch"));
  /** A browser hides the answer from the page, unless the page asks for one that says nothing. */
  const closed = (init: RequestInit) => (init.mode === "no-cors" ? Promise.resolve(new Response(null)) : silent());
  const answering = (answer: () => Response) => async () => answer();

  it.each<[string, (init: RequestInit) => Promise<Response>]>([
    ["silent", silent],
    ["closed", closed],
    ["unfit", answering(() => new Response("not here", { status: 404 }))],
    ["unfit", answering(() => new Response("<html>", { headers: { "Content-Type": "text/html" } }))],
    ["unfit", answering(() => Response.json({ issuer: "http://127.0.0.1:9003" }))],
    ["unfit", answering(() => Response.json({ issuer: SIGN_IN.issuer, jwks_uri: `${SIGN_IN.issuer}/jwks` }))],
  ])("%s", async (fault, answer) => {
    vi.stubGlobal("fetch", (_: string | URL, init: RequestInit) => answer(init));
    expect(await Issuer.discover(SIGN_IN, REDIRECT).then(() => null, faultOf)).toBe(fault);
  });

  it("silent where it keeps the page waiting", async () => {
    vi.useFakeTimers();
    const waiting = (_: string | URL, { signal }: RequestInit) =>
      new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error)));
    vi.stubGlobal("fetch", waiting);
    const found = Issuer.discover(SIGN_IN, REDIRECT).then(() => null, faultOf);
    await vi.advanceTimersByTimeAsync(20_000);
    vi.useRealTimers();
    expect(await found).toBe("silent");
  });
});

it("signing out ends the issuer's session, too, where it has a page for that", async () => {
  issuing({});
  const without = await Issuer.discover(SIGN_IN, REDIRECT);
  expect(without.farewell()).toBe(null);
  issuing({}, { end_session_endpoint: "http://127.0.0.1:9002/end" });
  const issuer = await Issuer.discover(SIGN_IN, REDIRECT);
  const farewell = new URL(issuer.farewell() ?? "");
  expect(farewell.origin + farewell.pathname).toBe("http://127.0.0.1:9002/end");
  const back = { post_logout_redirect_uri: REDIRECT, logout_uri: REDIRECT };
  expect(Object.fromEntries(farewell.searchParams)).toEqual({ client_id: "ikd-office", ...back });
});
