import { compactVerify, decodeJwt, decodeProtectedHeader } from "jose";
import { expect, it } from "vitest";

import { digest, prove } from "./proof";

const KEYS = { name: "ECDSA", namedCurve: "P-256" };

it("a proof names the request, the service's time and the token, and shows the public key alone", async () => {
  const keys = await crypto.subtle.generateKey(KEYS, false, ["sign", "verify"]);
  const at = Date.parse("2026-11-22T10:00:00.900Z");
  const proof = await prove(keys, { method: "POST", address: "https://ikd.example/qr-codes", at, token: "token" });
  await compactVerify(proof, keys.publicKey);
  const header = decodeProtectedHeader(proof) as { alg: string; typ: string; jwk: Record<string, string> };
  expect([header.alg, header.typ]).toEqual(["ES256", "dpop+jwt"]);
  expect(Object.keys(header.jwk).sort()).toEqual(["crv", "kty", "x", "y"]);
  const claims = decodeJwt(proof);
  expect(claims).toMatchObject({
    htm: "POST",
    htu: "https://ikd.example/qr-codes",
    iat: 1_795_341_600,
    ath: await digest(new TextEncoder().encode("token")),
  });
});

it("two proofs of one request differ, and one without a token names none", async () => {
  const keys = await crypto.subtle.generateKey(KEYS, false, ["sign", "verify"]);
  const request = { method: "GET", address: "https://ikd.example/me", at: 0 };
  const [one, other] = [await prove(keys, request), await prove(keys, request)];
  expect(decodeJwt(one).jti).not.toBe(decodeJwt(other).jti);
  expect(decodeJwt(one)["ath"]).toBeUndefined();
});
