// What a print's code says, and whether that can be relied on.

import { fromBase32, isSigned, read, readCbor } from "./cose";

export type Person = { nik: string; name: string; birthDate: string; relation: string | undefined };

/** What a print says, in the order of its content: see docs/printed-documents.md. */
export type Content = {
  expiresAt: number;
  address: string[];
  /** Of the family card. */
  number: string | undefined;
  people: Person[];
  /** Members that the code had no room for. */
  more: number;
};

export type Verdict =
  | { is: "genuine"; content: Content }
  | { is: "expired"; at: Date }
  | { is: "revoked" }
  | { is: "altered" }
  | { is: "foreign" };

export type Key = JsonWebKey & { kid: string };

/** What the service says of the code. */
export type Record = {
  /** The document's name. */
  document: string;
  /** Whether it is on record. */
  issued: boolean;
  /** Seconds since 1970, by the service's clock. */
  now: number;
  keys: Key[];
};

/** Judges what the address's fragment says. */
export async function judge(fragment: string, record: Record): Promise<Verdict> {
  const bytes = fromBase32(fragment);
  const message = bytes && read(bytes);
  if (!message) return { is: "altered" };
  const keys = record.keys.filter((key) => begins(key.kid, message.keyName));
  if (keys.length === 0) return { is: "foreign" };
  const signed = await Promise.all(keys.map((key) => isSigned(message, record.document, key)));
  const content = signed.includes(true) ? contentOf(readCbor(message.content)) : undefined;
  if (!content) return { is: "altered" };
  if (content.expiresAt <= record.now) return { is: "expired", at: new Date(content.expiresAt * 1000) };
  return record.issued ? { is: "genuine", content } : { is: "revoked" };
}

/** Whether a key's name, in base64url, begins with these bytes. */
function begins(kid: string, beginning: Uint8Array): boolean {
  const name = atob(kid.replaceAll("-", "+").replaceAll("_", "/"));
  return beginning.length >= 8 && beginning.every((byte, at) => name.charCodeAt(at) === byte);
}

function contentOf(value: unknown): Content | undefined {
  if (!Array.isArray(value)) return undefined;
  const [kind, , expiresAt, address, ...rest] = value as unknown[];
  const [number, people, more] = kind === "kk" ? rest : [undefined, rest[0], 0];
  if (typeof expiresAt !== "number" || !Array.isArray(address) || !Array.isArray(people)) return undefined;
  return {
    expiresAt,
    address: address.map(String),
    number: number === undefined ? undefined : String(number),
    people: people.map(personOf),
    more: Number(more),
  };
}

function personOf(value: unknown): Person {
  const [nik, name, days, relation] = value as unknown[];
  return {
    nik: String(nik),
    name: String(name),
    birthDate: asPrinted(Number(days)),
    relation: relation === undefined ? undefined : String(relation),
  };
}

/** A date as the paper writes it, 05-07-1990, of days since 1970. */
function asPrinted(days: number): string {
  const [year, month, day] = new Date(days * 86_400_000).toISOString().slice(0, 10).split("-");
  return `${day}-${month}-${year}`;
}
