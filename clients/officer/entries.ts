// What officers type beside texts: addresses, and digits that prove which card they hold.

/** Whether a text can be an address; the service checks it again. */
export function isEmail(typed: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(typed.trim());
}

/** Whether these are the last four digits of a NIK. */
export function endsWith(nik: string, typed: string): boolean {
  return typed.replace(/[\s.-]/g, "") === lastFour(nik);
}

export function lastFour(nik: string): string {
  return nik.slice(-4);
}
