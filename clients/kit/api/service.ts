// Talks to the service: proves who calls, waits, repeats what may be repeated, and names what went wrong.

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "../../generated/api";
import { ServiceClock } from "./clock";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];

/** The service refused it. */
export interface Refusal {
  kind: "problem";
  slug: string;
  problem: Problem;
}

/** Why a request has no result. */
export type Failure =
  | Refusal
  /** The service, or the gateway before it, cannot answer for now. What the gateway turned away has not reached the service. */
  | { kind: "busy"; seconds: number; isTurnedAway?: true }
  /** No request left the phone. */
  | { kind: "offline" }
  /** A request left, and no answer came: it may have been carried out. */
  | { kind: "lost" }
  /** The phone's clock was refused although it was corrected, or it is so wrong that nothing can be reached. */
  | { kind: "clock"; service: Date | null }
  /** An answer that is none of the service's. */
  | { kind: "strange"; status: number };

export type Outcome<Value> = { ok: true; value: Value; answer: Response } | { ok: false; failure: Failure };

/** What a request of `openapi-fetch` gives. */
export interface Fetched<Value> {
  data?: Value;
  error?: unknown;
  response: Response;
}

/** A request as `openapi-fetch` makes it, once for each attempt. */
export type Asked<Value> = (client: Client<paths>, signal: AbortSignal) => Promise<Fetched<Value>>;

export interface Rules {
  /** Repeats itself after what is over by itself. Never where a repetition costs something: a PIN's try, an e-mail, a registration. */
  repeats: boolean;
  /** Nobody waits for its answer: what the service asks to wait for is never said. */
  isUnseen?: true;
}

/** Proves who sends a request. */
export type Prover = (request: { method: string; path: string; at: number }) => Promise<Record<string, string>>;

export interface Setup {
  /** Where the service is: this page's own origin. */
  origin: string;
  clock: ServiceClock;
  prove: Prover;
  /** The tag of the language that the person reads. */
  language: () => string;
  /** Whether the phone says that it has a network. */
  isOnline: () => boolean;
  sleep: (milliseconds: number) => Promise<void>;
  fetch?: typeof fetch;
  /** When these pages were built, in milliseconds since 1970: no phone's clock can be before that. */
  builtAt?: number;
}

/** After this time an answer is not waited for any longer. */
export const PATIENCE = 20_000;

/** The page shows a longer wait than this: a person would take it for a slow network. */
const SILENCE = 3_000;

const TIMES = 3;

export class Service {
  readonly clock: ServiceClock;
  #setup: Setup;
  #client: Client<paths>;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.clock = setup.clock;
    this.#client = createClient<paths>({ baseUrl: setup.origin, cache: "no-store", ...(setup.fetch ? { fetch: setup.fetch } : {}) });
    this.#client.use({
      onRequest: async ({ request }) => {
        request.headers.set("Accept-Language", setup.language());
        const path = new URL(request.url).pathname;
        const headers = await setup.prove({ method: request.method, path, at: setup.clock.now() });
        for (const [name, value] of Object.entries(headers)) request.headers.set(name, value);
        return request;
      },
    });
  }

  /** Sends a request until it has an answer that counts. Each attempt has a proof of its own. */
  async send<Value>(request: Asked<Value>, rules: Rules): Promise<Outcome<Value>> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    const end = this.clock.mark() + PATIENCE;
    try {
      return await this.#persist(request, rules, patience.signal, end);
    } finally {
      clearTimeout(timer);
    }
  }

  async #persist<Value>(request: Asked<Value>, rules: Rules, signal: AbortSignal, end: number): Promise<Outcome<Value>> {
    let hasLeft = false;
    let clockCorrected = false;
    let renewed = false;
    for (let time = 1; ; time++) {
      if (!this.#setup.isOnline() && !hasLeft) return failed({ kind: "offline" });
      const outcome = await this.#attempt(request, signal);
      hasLeft = true;
      if (outcome.ok) return outcome;
      const { failure } = outcome;
      if (failure.kind === "problem" && failure.slug === "clock-wrong" && !clockCorrected) {
        // The answer's date has just set the clock, and nothing was done: the next proof has the right time.
        clockCorrected = true;
        continue;
      }
      if (failure.kind === "problem" && failure.slug === "clock-wrong") {
        const time = failure.problem.server_time;
        return failed({ kind: "clock", service: time === undefined ? null : new Date(time) });
      }
      if (!rules.repeats) return outcome;
      if (isOvertaken(failure) && !renewed) {
        renewed = true;
        continue;
      }
      const isOver = failure.kind === "busy" || failure.kind === "lost";
      if (!isOver || time >= TIMES || signal.aborted) return outcome;
      const wait = failure.kind === "busy" ? failure.seconds * 1000 : 1000;
      if (wait > SILENCE && rules.isUnseen !== true) return outcome;
      if (this.clock.mark() + wait >= end) return outcome;
      await this.#setup.sleep(wait);
    }
  }

  async #attempt<Value>(request: Asked<Value>, signal: AbortSignal): Promise<Outcome<Value>> {
    const mark = this.clock.mark();
    let fetched: Fetched<Value>;
    try {
      fetched = await request(this.#client, signal);
    } catch (error) {
      if (error instanceof SyntaxError) return failed({ kind: "strange", status: 0 });
      const isOfAnotherAge = !this.clock.isSet && Date.now() < (this.#setup.builtAt ?? 0);
      // A certificate is not valid yet for a phone that lives in the past.
      return failed(isOfAnotherAge ? { kind: "clock", service: null } : { kind: "lost" });
    }
    const { response, data, error } = fetched;
    this.clock.read(response.headers.get("Date"), mark);
    if (response.ok) return { ok: true, value: data as Value, answer: response };
    return failed(failureOf(response, error));
  }
}

/** A request that another one was faster than: a new proof is enough. */
function isOvertaken(failure: Failure): boolean {
  return failure.kind === "problem" && ["dpop-proof-replayed", "concurrent-requests"].includes(failure.slug);
}

function failed(failure: Failure): { ok: false; failure: Failure } {
  return { ok: false, failure };
}

function failureOf(response: Response, body: unknown): Failure {
  const problem = asProblem(body);
  const seconds = Number(response.headers.get("Retry-After")) || problem?.retry_after;
  const isBusy = [502, 503, 504].includes(response.status) || (response.status === 429 && problem === null);
  const isTurnedAway = response.status === 429 || (response.status === 503 && problem === null);
  if (isBusy) return { kind: "busy", seconds: seconds ?? (response.status === 429 ? 10 : 1), ...(isTurnedAway ? { isTurnedAway } : {}) };
  // The gateway refuses a token by itself, without a problem document.
  if (problem === null) return { kind: "strange", status: response.status };
  return { kind: "problem", slug: slugOf(problem), problem };
}

function asProblem(body: unknown): Problem | null {
  const isProblem = typeof body === "object" && body !== null && "type" in body && "detail" in body && "instance" in body;
  return isProblem ? (body as Problem) : null;
}

/** A problem's name: the last part of its type. */
export function slugOf(problem: Problem): string {
  return problem.type.slice(problem.type.lastIndexOf("/") + 1);
}

/** Whether the service has answered and refused: what was typed is of no further use then. */
export function isRefusal(failure: Failure): failure is Refusal {
  return failure.kind === "problem";
}

/** Whether a request without a result may have been carried out: its answer was lost, or something failed while it was at work. */
export function mayBeDone(failure: Failure): boolean {
  switch (failure.kind) {
    case "lost": return true;
    case "busy": return failure.isTurnedAway !== true;
    // No status is that of an answer which could not be read.
    case "strange": return failure.status === 0 || failure.status >= 500;
    default: return false;
  }
}

/** Whether a failure is this problem of the service. */
export function isProblem<Slug extends string>(failure: Failure, ...slugs: Slug[]): failure is Refusal & { slug: Slug } {
  return failure.kind === "problem" && (slugs as string[]).includes(failure.slug);
}
