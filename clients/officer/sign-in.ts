// The way to the officers' issuer and back: authorization code with PKCE (RFC 7636), as a public client.

import * as oauth from "oauth4webapi";

import { lifetime } from "./session";

/** How officers sign in here. */
export interface SignIn {
  issuer: string;
  client_id: string;
  scope: string;
  /** What the token is for, if the issuer asks for it (RFC 8707). */
  resource?: string;
}

/** What is remembered while the officer is at the issuer's page, and no longer. */
export interface Trip {
  state: string;
  verifier: string;
}

/** How the page was opened. */
export type Arrival =
  | { kind: "fresh" }
  | { kind: "answer"; parameters: URLSearchParams; trip: Trip }
  /** The issuer sent the officer back without a code, for instance since they cancelled. */
  | { kind: "refused"; error: string }
  /** An answer to a question that this tab did not ask. It is not used. */
  | { kind: "stray" };

/** Reads the address that the page was opened with, and what this tab remembered before it left. */
export function arrive(query: string, remembered: string | null): Arrival {
  const parameters = new URLSearchParams(query);
  if (!parameters.has("code") && !parameters.has("error")) return { kind: "fresh" };
  const trip = tripOf(remembered);
  if (trip === null || parameters.get("state") !== trip.state) return { kind: "stray" };
  const error = parameters.get("error");
  return error === null ? { kind: "answer", parameters, trip } : { kind: "refused", error };
}

function tripOf(remembered: string | null): Trip | null {
  try {
    const { state, verifier } = JSON.parse(remembered ?? "null") as Record<string, unknown>;
    return typeof state === "string" && typeof verifier === "string" ? { state, verifier } : null;
  } catch {
    return null;
  }
}

/** Who signed in. */
export interface Admission {
  token: string;
  /** How long the token lasts. */
  seconds: number;
  /** What the issuer calls the officer. */
  officer: string;
}

/** Why nobody can sign in at the issuer. */
export type Fault =
  /** It gives no answer. */
  | "silent"
  /** It answers, but does not let this page read the answer (CORS). */
  | "closed"
  /** Its answer is not that of an issuer, or not of this one. */
  | "unfit";

export class IssuerError extends Error {
  constructor(readonly fault: Fault) {
    super(`the issuer is ${fault}`);
  }
}

/** What to say of an issuer that cannot be used. */
export function faultOf(error: unknown): Fault {
  return error instanceof IssuerError ? error.fault : "unfit";
}

/** How long an answer is waited for, in milliseconds. */
const PATIENCE = 20_000;

/** How the issuer may be asked. */
interface Transport {
  [oauth.allowInsecureRequests]: boolean;
}

export class Issuer {
  #signIn: SignIn;
  #redirect: string;
  #server: oauth.AuthorizationServer;
  #options: Transport;

  private constructor(signIn: SignIn, redirect: string, server: oauth.AuthorizationServer, options: Transport) {
    this.#signIn = signIn;
    this.#redirect = redirect;
    this.#server = server;
    this.#options = options;
  }

  /** Asks the issuer what it offers. Fails with an `IssuerError`. */
  static async discover(signIn: SignIn, redirect: string): Promise<Issuer> {
    const address = new URL(signIn.issuer);
    // Without TLS only on this very machine.
    const options = { [oauth.allowInsecureRequests]: ["127.0.0.1", "localhost"].includes(address.hostname) };
    const answer = await withPatience((signal) => oauth.discoveryRequest(address, { algorithm: "oidc", signal, ...options })).catch(
      async (error: unknown) => {
        if (error instanceof oauth.OperationProcessingError) throw new IssuerError("unfit");
        const isLate = error instanceof DOMException && error.name === "AbortError";
        throw new IssuerError(!isLate && (await isThere(address)) ? "closed" : "silent");
      },
    );
    const server = await oauth.processDiscoveryResponse(address, answer).catch(() => null);
    if (server?.authorization_endpoint === undefined || server.token_endpoint === undefined) throw new IssuerError("unfit");
    return new Issuer(signIn, redirect, server, options);
  }

  /**
   * Where the officer signs in, and what is to be remembered until they come back. With `isAnew`, an issuer that knows somebody
   * already asks all the same.
   */
  async depart(isAnew = false): Promise<{ address: string; trip: Trip }> {
    if (this.#server.authorization_endpoint === undefined) throw new Error("the issuer has no page to sign in");
    const trip = { state: oauth.generateRandomState(), verifier: oauth.generateRandomCodeVerifier() };
    const address = new URL(this.#server.authorization_endpoint);
    const parameters = {
      client_id: this.#signIn.client_id,
      redirect_uri: this.#redirect,
      response_type: "code",
      scope: this.#signIn.scope,
      state: trip.state,
      code_challenge: await oauth.calculatePKCECodeChallenge(trip.verifier),
      code_challenge_method: "S256",
      ...(isAnew ? { prompt: "login" } : {}),
      ...this.#resource(),
    };
    for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
    return { address: address.href, trip };
  }

  /** Changes the code for a token. `skew` is how many seconds the service's clock is ahead of this computer's. */
  async redeem(parameters: URLSearchParams, trip: Trip, skew: number): Promise<Admission> {
    const client: oauth.Client = { client_id: this.#signIn.client_id, [oauth.clockSkew]: skew };
    const valid = oauth.validateAuthResponse(this.#server, client, parameters, trip.state);
    const answer = await oauth.authorizationCodeGrantRequest(
      this.#server, client, oauth.None(), valid, this.#redirect, trip.verifier,
      { additionalParameters: this.#resource(), ...this.#options },
    );
    const granted = await oauth.processAuthorizationCodeResponse(this.#server, client, answer);
    const claims = oauth.getValidatedIdTokenClaims(granted);
    const names = [claims?.["name"], claims?.["preferred_username"], claims?.["email"], claims?.sub];
    return {
      token: granted.access_token,
      seconds: lifetime(granted.access_token, granted.expires_in),
      officer: names.find((name): name is string => typeof name === "string" && name !== "") ?? "",
    };
  }

  /** Where the issuer's own session ends, if it has such a page. */
  farewell(): string | null {
    if (this.#server.end_session_endpoint === undefined) return null;
    const address = new URL(this.#server.end_session_endpoint);
    address.searchParams.set("client_id", this.#signIn.client_id);
    address.searchParams.set("post_logout_redirect_uri", this.#redirect);
    // Amazon Cognito has a name of its own for it, and knows no other.
    address.searchParams.set("logout_uri", this.#redirect);
    return address.href;
  }

  #resource(): Record<string, string> {
    return this.#signIn.resource === undefined ? {} : { resource: this.#signIn.resource };
  }
}

/** Whether anything answers there. A browser does not say whether a request had no answer, or one that the page must not read. */
async function isThere(address: URL): Promise<boolean> {
  try {
    await withPatience((signal) => fetch(address, { mode: "no-cors", credentials: "omit", cache: "no-store", signal }));
    return true;
  } catch {
    return false;
  }
}

async function withPatience<Value>(ask: (signal: AbortSignal) => Promise<Value>): Promise<Value> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE);
  try {
    return await ask(patience.signal);
  } finally {
    clearTimeout(timer);
  }
}
