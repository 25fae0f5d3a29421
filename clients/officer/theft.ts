// Since when a phone has been in a thief's hands, as an officer types it: a day and a time of the office's zone.

import type { Zone } from "../kit/format";

const AHEAD: Record<Zone, string> = { WIB: "+07:00", WITA: "+08:00", WIT: "+09:00" };

/** The moment of a day (`2026-11-22`) and a time (`08:15`); nothing where one of them is missing. */
export function moment(day: string, time: string, zone: Zone): Date | null {
  const at = new Date(`${day}T${time}:00${AHEAD[zone]}`);
  return day === "" || time === "" || Number.isNaN(at.getTime()) ? null : at;
}

export type TheftFault = "missing" | "future" | "early";

/** What is wrong with a time of theft. A phone cannot be stolen before it was activated. */
export function faultOf(stolen: Date | null, { now, activated }: { now: number; activated: string | null }): TheftFault | null {
  if (stolen === null) return "missing";
  if (stolen.getTime() > now) return "future";
  // The officer types whole minutes, and the phone may have been activated within that minute.
  const first = activated === null ? -Infinity : Math.floor(Date.parse(activated) / 60_000) * 60_000;
  return stolen.getTime() < first ? "early" : null;
}

/** The time that is sent: within the minute of the activation it is the activation's own. */
export function sent(stolen: Date, activated: string | null): string {
  const at = activated === null ? stolen.getTime() : Math.max(stolen.getTime(), Date.parse(activated));
  return new Date(at).toISOString();
}
