// What people type: read as they meant it, and checked as the service will check it.

/** Digits without the spaces, hyphens and dots between them. */
export function digits(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s\u200b-\u200f\u2060\ufeff.-]/g, "");
}

export type NikFault = "letters" | "short" | "long" | "impossible";

const PROVINCES = [
  11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 72, 73, 74, 75, 76, 81, 82, 91,
  92, 93, 94, 95, 96,
];

/** What keeps a text from being a NIK: 16 digits, of which two name a province, six a day of birth (+ 40 for women), four count. */
export function faultOfNik(typed: string): NikFault | null {
  const nik = digits(typed);
  if (!/^\d*$/.test(nik)) return "letters";
  if (nik.length !== 16) return nik.length < 16 ? "short" : "long";
  const at = (from: number) => Number(nik.slice(from, from + 2));
  const day = at(6) > 40 ? at(6) - 40 : at(6);
  const isDay = [1900, 2000].some((century) => exists(century + at(10), at(8), day));
  const isRegion = PROVINCES.includes(at(0)) && at(2) !== 0 && at(4) !== 0;
  return isRegion && isDay && nik.slice(12) !== "0000" ? null : "impossible";
}

function exists(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** Whether a text can be an address: the service's own pattern, with a dot in the domain. */
export function isEmail(typed: string): boolean {
  const text = typed.trim();
  const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
  const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  const [local = ""] = text.split("@");
  return text.length <= 254 && local.length <= 64 && new RegExp(`^${atom}(?:\\.${atom})*@${label}(?:\\.${label})+$`).test(text);
}

const DOMAINS = ["gmail.com", "yahoo.com", "yahoo.co.id", "outlook.com", "hotmail.com", "icloud.com"];

/** The address that was probably meant, where the domain is one letter away from a common one. */
export function meantEmail(typed: string): string | null {
  const [local, domain] = typed.trim().split("@");
  if (!local || !domain || DOMAINS.includes(domain.toLowerCase())) return null;
  const meant = DOMAINS.find((known) => isOneAway(domain.toLowerCase(), known));
  return meant === undefined ? null : `${local}@${meant}`;
}

/** Whether one letter was left out, added or changed, or two beside each other were exchanged. */
function isOneAway(typed: string, known: string): boolean {
  if (Math.abs(typed.length - known.length) > 1) return false;
  let from = 0;
  while (from < typed.length && typed[from] === known[from]) from++;
  const rests = [
    [typed.slice(from + 1), known.slice(from + 1)],
    [typed.slice(from + 1), known.slice(from)],
    [typed.slice(from), known.slice(from + 1)],
  ];
  const exchanged = typed[from] === known[from + 1] && typed[from + 1] === known[from] && typed.slice(from + 2) === known.slice(from + 2);
  return exchanged || rests.some(([a, b]) => a === b);
}

/** Whether a text can be an Indonesian phone number; the service knows the numbers in use. */
export function isPhone(typed: string): boolean {
  const number = digits(typed).replace(/[()]/g, "");
  return /^(\+?62|0062|0)0?[1-9]\d{6,11}$/.test(number);
}

export type PinRule = "six" | "repeated" | "sequential" | "different" | "same";

/** Which of the rules a new PIN keeps. That it is no date of birth is the service's to check: the app does not know any. */
export function rulesOfPin(old: string, pin: string, again: string): Record<PinRule, boolean> {
  const [before, chosen, repeated] = [digits(old), digits(pin), digits(again)];
  const isSix = /^\d{6}$/.test(chosen);
  const isRepeated = /^(\d)\1{5}$/.test(chosen) || /^(\d\d)\1\1$/.test(chosen) || /^(\d\d\d)\1$/.test(chosen);
  const steps = [...chosen].slice(1).map((digit, at) => (Number(digit) - Number(chosen[at]) + 10) % 10);
  const isSequential = steps.every((step) => step === 1) || steps.every((step) => step === 9);
  return {
    six: isSix,
    repeated: isSix && !isRepeated,
    sequential: isSix && !isSequential,
    different: isSix && chosen !== before,
    same: isSix && chosen === repeated,
  };
}
