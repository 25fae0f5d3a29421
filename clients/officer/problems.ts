// What the console does about a request that failed, beside showing the service's sentence.

import type { Act } from "../kit/act.svelte";
import { isProblem, mayBeDone as mayHaveBeenDone, type Failure } from "../kit/api/service";
import type { Text } from "../kit/words.svelte";
import { words } from "./words";

export type Way =
  /** The session is over: sign in again. */
  | "sign-in"
  /** Whoever signed in is no officer. */
  | "sign-out"
  /** Somebody else was faster: what they decided is shown. */
  | "look-again"
  /** The approval must say that it replaces a phone. */
  | "replace"
  /** The sentence is enough. */
  | "read";

export function wayOf(failure: Failure): Way {
  // The gateway refuses a token without a problem document.
  if (failure.kind === "strange" && failure.status === 401) return "sign-in";
  if (isProblem(failure, "missing-token", "invalid-token", "session-ended")) return "sign-in";
  if (isProblem(failure, "not-an-officer")) return "sign-out";
  if (isProblem(failure, "already-decided")) return "look-again";
  if (isProblem(failure, "device-already-active")) return "replace";
  return "read";
}

/** What the officer does next, where the service does not say it. */
export function adviceOf(failure: Failure): Text | null {
  if (isProblem(failure, "not-eligible")) return words.problems.notEligible;
  if (isProblem(failure, "too-many-emails")) return null;
  // Any other limit is one of the officer's own acts.
  if (failure.kind === "problem" && failure.problem.status === 429) return words.problems.supervisor;
  return null;
}

/** Whether a request may have been carried out although it has no result. */
export function mayBeDone(failure: Failure | null): boolean {
  return failure !== null && mayHaveBeenDone(failure);
}

/** What the service says of one field of a request, such as `/email`. */
export function detailOf(failure: Failure | null, pointer: string): string {
  if (failure === null || !isProblem(failure, "validation-failed")) return "";
  return failure.problem.errors?.find((error) => error.pointer === pointer)?.detail ?? "";
}

/** The entry is being changed: what the service said of it is not true of the new one. Any other failure stays. */
export function forgetRefusal(act: Act, pointer: string): void {
  if (detailOf(act.failure, pointer) !== "") act.clear();
}
