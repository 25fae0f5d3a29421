// redeem-qr for Node.js, with AWS's SDK v3 and jose: the same write, the same items read, the same assertion; each token is
// verified anew, as examples do. A yardstick.

import { createHash, createHmac, randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { createLocalJWKSet, importPKCS8, jwtVerify, SignJWT } from "jose";

const { IKD_PUBLIC_URL, IKD_TABLE_PREFIX, IKD_VERIFYING_KEYS, IKD_SIGNING_KEY, IKD_PAIRWISE_KEY } = process.env;
const issuer = IKD_PUBLIC_URL.replace(/\/$/, "");
const published = JSON.parse(IKD_VERIFYING_KEYS);
const keys = createLocalJWKSet(published);
const signingKey = await importPKCS8(IKD_SIGNING_KEY, "ES256");
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const table = (name) => `${IKD_TABLE_PREFIX}${name}`;

export async function handler(event) {
  try {
    return await redeem(event);
  } catch (error) {
    return answer(error.status ?? 503, { title: error.status ? error.message : "Service unavailable" });
  }
}

async function redeem(event) {
  const token = event.headers.authorization?.match(/^Bearer (.+)$/i)?.[1];
  if (!token) throw problem(401, "Authentication required");
  const { payload } = await jwtVerify(token, keys, { issuer, audience: issuer, typ: "at+jwt", algorithms: ["ES256"] })
    .catch(() => { throw problem(401, "Invalid token"); });
  const { token: scanned, purpose } = JSON.parse(event.body);
  if (!payload.purposes.includes(purpose)) throw problem(403, "Purpose not allowed");

  const redeemedAt = new Date();
  const now = Math.floor(redeemedAt.getTime() / 1000);
  const id = event.headers["idempotency-key"]
    ? createHash("sha256").update([payload.client_id, event.headers["idempotency-key"], scanned].join("|")).digest("hex")
    : randomUUID();
  const attempt = { id, client_id: payload.client_id, purpose, redeemed_at: redeemedAt.toISOString(), allowed: payload.claims };
  const shared = payload.claims.map((_, index) => `contains(claims, :claim${index})`).join(" OR ");
  const written = await client.send(new UpdateCommand({
    TableName: table("qr_codes"),
    Key: { token_hash: tokenHash(scanned) },
    UpdateExpression: "SET redemption = :attempt, expires_at = :kept",
    ConditionExpression: "attribute_exists(token_hash) AND expires_at > :now AND attribute_not_exists(redemption) "
      + `AND attribute_not_exists(superseded_at) AND (${shared})`,
    ExpressionAttributeValues: {
      ":attempt": attempt, ":kept": now + 86400, ":now": now,
      ...Object.fromEntries(payload.claims.map((claim, index) => [`:claim${index}`, claim])),
    },
    ReturnValues: "ALL_NEW",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  })).catch((error) => {
    throw error.name === "ConditionalCheckFailedException" ? problem(410, "QR code used, superseded or expired") : error;
  });
  const qr = written.Attributes;

  const read = (name, key) => client.send(new GetCommand({ TableName: table(name), Key: key, ConsistentRead: true }));
  const [device, resident, integrator] = await Promise.all([
    read("identities", { pk: `device#${qr.device}` }),
    read("residents", { nik: qr.nik }),
    read("integrators", { client_id: payload.client_id }),
  ]);
  if (!integrator.Item?.enabled) throw problem(403, "Integrator disabled");
  if (device.Item?.status !== "active") throw problem(410, "Device blocked");
  if (!resident.Item || resident.Item.deceased) throw problem(410, "Holder not eligible");

  const claims = Object.fromEntries(qr.claims.filter((claim) => payload.claims.includes(claim))
    .map((claim) => [claim, resident.Item[claim]]));
  const subject = createHmac("sha256", IKD_PAIRWISE_KEY).update(`${payload.client_id}|${qr.nik}`).digest("base64url");
  const assertion = await new SignJWT({ ...claims, purpose })
    .setProtectedHeader({ alg: "ES256", kid: published.keys[0].kid, typ: "JWT" })
    .setIssuer(issuer).setAudience(payload.client_id).setSubject(subject).setJti(id)
    .setIssuedAt(now).setExpirationTime(now + 600).sign(signingKey);
  return answer(200, { redemption_id: id, redeemed_at: attempt.redeemed_at, purpose, claims, assertion });
}

/** The digest that the table has for a token: each part with its length of eight bytes before it. */
function tokenHash(token) {
  const hash = createHash("sha256");
  for (const part of ["qr-token", token]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    hash.update(length).update(part);
  }
  return hash.digest("base64url");
}

const problem = (status, message) => Object.assign(new Error(message), { status });

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": statusCode < 400 ? "application/json" : "application/problem+json", "cache-control": "no-store" },
  body: JSON.stringify(body),
});
