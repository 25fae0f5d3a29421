// A COSE_Sign1 message (RFC 9052) as the prints of this service carry it, and whether a published key signed it.

import { decode, encode } from "cborg";

/** A message whose parts can be read. Nothing is proven yet. */
export type Message = {
  protectedHeader: Uint8Array<ArrayBuffer>;
  /** The beginning of the key's name. */
  keyName: Uint8Array;
  content: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
};

/** Labels of header parameters (RFC 9052, section 3.1), and ES256 (RFC 9053, section 2.1). */
const ALGORITHM = 1;
const KEY_NAME = 4;
const ES256 = -7;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Base32 without padding (RFC 4648, section 6), in either case; nothing where it is anything else. */
export function fromBase32(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let [bits, held, at] = [0, 0, 0];
  for (const letter of text.toUpperCase()) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return undefined;
    bits = ((bits << 5) | value) & 0xfff;
    held += 5;
    if (held >= 8) {
      held -= 8;
      bytes[at++] = bits >> held;
    }
  }
  return bytes;
}

const isBytes = (value: unknown): value is Uint8Array<ArrayBuffer> => value instanceof Uint8Array;

/** CBOR, with maps whose keys may be numbers; nothing where it is no such thing. */
export function readCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { useMaps: true });
  } catch {
    return undefined;
  }
}

/** Reads the four parts of a message that says to be signed with ES256. */
export function read(bytes: Uint8Array): Message | undefined {
  const parts = readCbor(bytes);
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [protectedHeader, header, content, signature] = parts as unknown[];
  if (!isBytes(protectedHeader) || !(header instanceof Map) || !isBytes(content) || !isBytes(signature)) return undefined;
  const pinned = readCbor(protectedHeader);
  const keyName: unknown = header.get(KEY_NAME);
  if (!(pinned instanceof Map) || pinned.size !== 1 || pinned.get(ALGORITHM) !== ES256 || !isBytes(keyName)) return undefined;
  return { protectedHeader, keyName, content, signature };
}

/** Whether a key signed the message together with the document's name (RFC 9052, section 4.4). */
export async function isSigned(message: Message, document: string, key: JsonWebKey): Promise<boolean> {
  const { kty, crv, x, y } = key as Required<JsonWebKey>;
  const how = { name: "ECDSA", namedCurve: "P-256" };
  const imported = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, how, false, ["verify"]);
  const signed = encode(["Signature1", message.protectedHeader, new TextEncoder().encode(document), message.content]);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, imported, message.signature, new Uint8Array(signed));
}
