// Checks a signature under a file: whether a key of this service made it, for this file, and whether it still counts.

import { createLocalJWKSet, flattenedVerify, type JSONWebKeySet } from "jose";
import type { Outcome, Service } from "../kit/api/service";

export type Checked =
  | { kind: "valid"; name: string; at: Date }
  | { kind: "revoked"; since: Date }
  /** The signature is this service's, and under another document. */
  | { kind: "other" }
  | { kind: "foreign" };

interface Header {
  alg: string;
  typ: string;
  jti: string;
  name: string;
  iat: number;
}

/** The parts of a detached JWS (RFC 7515, appendix F). */
function partsOf(jws: string): { encoded: string; signature: string; header: Header } | null {
  const [encoded = "", payload, signature = ""] = jws.trim().split(".");
  if (payload !== "" || encoded === "" || signature === "") return null;
  try {
    const json = atob(encoded.replace(/-/g, "+").replace(/_/g, "/"));
    const header = JSON.parse(new TextDecoder().decode(Uint8Array.from(json, (letter) => letter.charCodeAt(0)))) as Header;
    return typeof header.jti === "string" && header.typ === "document-signature+jws" ? { encoded, signature, header } : null;
  } catch {
    return null;
  }
}

/** Whether one of the keys made the signature under the text. */
async function isMadeBy(keys: JSONWebKeySet, encoded: string, signature: string, text: string): Promise<boolean> {
  try {
    // The payload is not encoded (RFC 7797): `jose` reads that from the protected header.
    const payload = new TextEncoder().encode(text);
    await flattenedVerify({ protected: encoded, payload, signature }, createLocalJWKSet(keys), { algorithms: ["ES256"] });
    return true;
  } catch {
    return false;
  }
}

/** Checks a signature under the document of a hash. */
export async function check(service: Service, jws: string, hash: string): Promise<Outcome<Checked>> {
  const parts = partsOf(jws);
  const found = (value: Checked, answer = new Response()): Outcome<Checked> => ({ ok: true, value, answer });
  if (parts === null) return found({ kind: "foreign" });
  const { encoded, signature, header } = parts;
  const known = await service.send(
    (client, signal) => client.GET("/signatures/{id}", { params: { path: { id: header.jti }, query: { document_hash: hash } }, signal }),
    { repeats: true },
  );
  if (!known.ok) return known;
  const { validity, document_matches, revoked_since } = known.value;
  if (validity === "unknown") return found({ kind: "foreign" });
  if (document_matches !== true) return found({ kind: "other" });
  const published = await service.send((client, signal) => client.GET("/.well-known/jwks.json", { signal }), { repeats: true });
  if (!published.ok) return published;
  const retired = await service.send((client, signal) => client.GET("/.well-known/retired-keys.json", { signal }), { repeats: true });
  if (!retired.ok) return retired;
  const keys = { keys: [...published.value.keys, ...retired.value.keys] } as JSONWebKeySet;
  if (!(await isMadeBy(keys, encoded, signature, hash))) return found({ kind: "foreign" });
  if (validity === "revoked") return found({ kind: "revoked", since: new Date(revoked_since ?? header.iat * 1000) });
  return found({ kind: "valid", name: header.name, at: new Date(header.iat * 1000) });
}
