// What the console shows.

import type { ActivationEmail, ResidentLookup, Review } from "./api/desk";
import { lastFour } from "./entries";
import type { Fault } from "./sign-in";

/** Why nobody is signed in. */
export type Why = "ended" | "cancelled" | "stray" | "unfinished" | "rejected" | "not-officer";

/** How far signing in has come. */
export type Entry =
  | { step: "starting" }
  | { step: "outside"; why: Why | null }
  | { step: "leaving" }
  | { step: "unreachable"; what: "service" | Fault }
  | { step: "inside"; officer: string };

/** What is left of a registration once it is decided: no photo, and nothing personal but the end of the NIK. */
export interface After {
  ticket: string;
  registration: string;
  stage: Review["stage"];
  decision: { verdict: "approve" | "reject"; at: string; officer: string } | null;
  /** Whether it was decided before this officer scanned it. */
  isEarlier: boolean;
  nikEnd: string;
  email: ActivationEmail | null;
}

export type Place =
  | { at: "ready" }
  | { at: "review"; ticket: string; review: Review }
  | { at: "after"; after: After }
  | { at: "resident"; found: ResidentLookup };

/** Where a scanned registration leads: to the decision, or to what became of it. */
export function placeOf(ticket: string, review: Review): Place {
  if (review.stage === "pending") return { at: "review", ticket, review };
  const { decision } = review;
  return {
    at: "after",
    after: {
      ticket,
      registration: review.id,
      stage: review.stage,
      decision: decision === null ? null : { verdict: decision.verdict, at: decision.decided_at, officer: decision.officer },
      isEarlier: true,
      nikEnd: lastFour(review.applicant.nik),
      email: review.activation_email ?? null,
    },
  };
}

/** Whether nothing more is to be expected of an e-mail. */
export function isSettled({ delivery }: ActivationEmail): boolean {
  return !["queued", "sent", "unreachable"].includes(delivery);
}
