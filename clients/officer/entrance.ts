// The trip to the issuer's page and back. It is remembered until the officer is back. If the one who signed in last was no officer,
// that is remembered until an officer signs in.

import { Issuer, arrive, type Admission, type Arrival } from "./sign-in";
import type { Configuration } from "./api/desk";
import type { Why } from "./place";

const KEPT_AS = "office-trip";
const SIGN_IN_AGAIN = "office-sign-in-again";

export class Entrance {
  #arrival: Arrival;
  #issuer: Issuer | null = null;

  /** Takes the answer out of the address and out of the history, before anything else happens. */
  constructor() {
    this.#arrival = arrive(location.search, sessionStorage.getItem(KEPT_AS));
    sessionStorage.removeItem(KEPT_AS);
    history.replaceState(null, "", location.pathname);
  }

  /** Tries the issuer. Fails with an `IssuerError` where nobody can sign in there. */
  async open({ public_url: service, sign_in: signIn }: Configuration): Promise<void> {
    this.#issuer ??= await Issuer.discover(signIn, `${service.replace(/\/$/, "")}/office`);
  }

  /** What the officer brought back. It counts once. `skew` is how many seconds the service's clock is ahead. */
  async admit(skew: number): Promise<Admission | Why | null> {
    const arrival = this.#arrival;
    this.#arrival = { kind: "fresh" };
    switch (arrival.kind) {
      case "fresh": return null;
      case "stray": return "stray";
      case "refused": return arrival.error === "access_denied" ? "cancelled" : "rejected";
      case "answer":
        try {
          const admission = await this.#issuer?.redeem(arrival.parameters, arrival.trip, skew);
          if (admission !== undefined) sessionStorage.removeItem(SIGN_IN_AGAIN);
          return admission ?? "unfinished";
        } catch (error) {
          // What the browser has no answer to is a `TypeError`.
          return error instanceof TypeError ? "unfinished" : "rejected";
        }
    }
  }

  /** Whoever signed in is no officer: the issuer is to ask again, since it would only bring back the same one. */
  refuse(): void {
    sessionStorage.setItem(SIGN_IN_AGAIN, "1");
  }

  async leave(): Promise<void> {
    if (this.#issuer === null) return;
    const { address, trip } = await this.#issuer.depart(sessionStorage.getItem(SIGN_IN_AGAIN) !== null);
    sessionStorage.setItem(KEPT_AS, JSON.stringify(trip));
    location.assign(address);
  }

  /** Where the issuer's session ends. */
  farewell(): string | null {
    return this.#issuer?.farewell() ?? null;
  }
}
