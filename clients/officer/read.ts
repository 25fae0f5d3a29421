// What was scanned or typed into the one field of the console.

export type Read =
  /** A resident's phone showed its registration's code. */
  | { kind: "ticket"; ticket: string }
  | { kind: "nik"; nik: string }
  /** The code of a KTP Digital: it is for organisations that scan identities. */
  | { kind: "card" }
  /** Digits, but not as many as a NIK has. */
  | { kind: "digits"; count: number }
  | { kind: "nothing" };

/** How many Base32 characters a ticket has, and how many the code of a KTP Digital. */
const TICKET = 58;
const CARD = 32;

export function read(text: string): Read {
  const plain = text.normalize("NFKC").replace(/[\s\u200b-\u200f\u2060\ufeff.-]/g, "").toUpperCase();
  if (/^\d+$/.test(plain)) return plain.length === 16 ? { kind: "nik", nik: plain } : { kind: "digits", count: plain.length };
  const code = plain.replaceAll("0", "O").replaceAll("1", "I").replaceAll("8", "B");
  if (!/^[A-Z2-7]+$/.test(code)) return { kind: "nothing" };
  if (code.length === TICKET) return { kind: "ticket", ticket: code };
  return { kind: code.length === CARD ? "card" : "nothing" };
}
