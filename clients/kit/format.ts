// Numbers, dates and times as people read them, in the time that the municipality keeps.

import { common } from "./common";
import { reader, say } from "./words.svelte";

export type Zone = "WIB" | "WITA" | "WIT";

const PLACES: Record<Zone, string> = { WIB: "Asia/Jakarta", WITA: "Asia/Makassar", WIT: "Asia/Jayapura" };

const locale = () => (reader.language === "id" ? "id-ID" : "en-GB");

/** A time of day, as `10.42 WIB`. */
export function timeOfDay(at: Date, zone: Zone): string {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: PLACES[zone], hour: "numeric", minute: "numeric" }).formatToParts(at);
  const part = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return say(common.clock, part("hour"), part("minute"), zone);
}

/** A date, as `22 Nov 2026`. */
export function dateOf(at: Date, zone: Zone): string {
  return new Intl.DateTimeFormat(locale(), { timeZone: PLACES[zone], day: "numeric", month: "short", year: "numeric" }).format(at);
}

/** A moment, as `22 Nov 2026, 08.15 WIB`. */
export function moment(at: Date, zone: Zone): string {
  return `${dateOf(at, zone)}, ${timeOfDay(at, zone)}`;
}

/** A calendar day of the registry, `1990-07-05`, as `5 Juli 1990`. What is no day stays as it is. */
export function day(iso: string): string {
  const at = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return iso;
  return new Intl.DateTimeFormat(locale(), { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" }).format(at);
}

/** A span, as `14 menit 32 detik`; seconds are left out from an hour on. Rounded up, so that waiting that long is enough. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const parts: string[] = [];
  if (hours > 0) parts.push(say(common.hours, hours));
  if (minutes > 0) parts.push(say(common.minutes, minutes));
  if (hours === 0 && (seconds % 60 > 0 || parts.length === 0)) parts.push(say(common.seconds, seconds % 60));
  return parts.join(" ");
}

/** How many bytes a file has, as `1,4 MB`. */
export function bytes(count: number): string {
  const number = (value: number) => new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(value);
  return count < 1_000_000 ? `${number(Math.ceil(count / 1000))} kB` : `${number(count / 1_000_000)} MB`;
}
