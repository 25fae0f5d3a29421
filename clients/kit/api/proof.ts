// DPoP proofs (RFC 9449): the phone shows with every request that it holds its key.

import { SignJWT, base64url, exportJWK } from "jose";

export interface Proven {
  method: string;
  /** The address that the service knows itself by, without query and fragment. */
  address: string;
  /** Milliseconds since 1970 by the service's clock. */
  at: number;
  token?: string | undefined;
}

/**
 * A proof for one request. It is signed with `jose`, not with the package `dpop`: that one takes the time from the phone, and a
 * phone whose clock is wrong must be able to work, too.
 */
export async function prove(keys: CryptoKeyPair, { method, address, at, token }: Proven): Promise<string> {
  const { kty, crv, x, y } = await exportJWK(keys.publicKey);
  const claims: Record<string, string> = { jti: crypto.randomUUID(), htm: method, htu: address };
  if (token !== undefined) claims["ath"] = await digest(new TextEncoder().encode(token));
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: { kty, crv, x, y } as { kty: string } })
    .setIssuedAt(Math.floor(at / 1000))
    .sign(keys.privateKey);
}

/** The SHA-256 in base64url. */
export async function digest(bytes: BufferSource): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}
