// Why a registration is rejected. The officer chooses by number; what the applicant reads can be changed, and is in Indonesian
// whatever the officer reads.

import { words } from "./words";

export const REASONS = ["1", "2", "3", "4", "5", "6", "7"] as const;

export type Reason = (typeof REASONS)[number];

/** The last one has no sentence of its own. */
export const OTHER = "7" satisfies Reason;

const LONGEST = 500;

export function isReason(key: string): key is Reason {
  return (REASONS as readonly string[]).includes(key);
}

/** What the applicant reads, unless the officer changes it. */
export function sentenceOf(reason: Reason): string {
  return reason === OTHER ? "" : words.reject.sentences[reason][0];
}

export type ReasonFault = "missing" | "short" | "long";

/** What is wrong with a text of the officer. A line break is not: it is sent as a space. */
export function faultOf(text: string, least = 1): ReasonFault | null {
  const length = [...plain(text)].length;
  if (length === 0) return "missing";
  if (length < least) return "short";
  return length > LONGEST ? "long" : null;
}

/** A text as the service takes it: without control characters and letters that cannot be seen. */
export function plain(text: string): string {
  return text
    .replace(/\s+/gu, " ")
    .replace(/[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g, "")
    .trim();
}
