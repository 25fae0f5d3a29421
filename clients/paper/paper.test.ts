import { encode } from "cborg";
import { base64url } from "jose";
import { beforeAll, describe, expect, it } from "vitest";

import { fromBase32 } from "./cose";
import { judge, type Key, type Record } from "./paper";

const DOCUMENT = "FHE4GDQGARIVZ3MYWPIU7WEHKE";
const ISSUED = 1_795_325_400;
const ADDRESS = ["JL. KELAPA MANIS NO. 8", "003/005", "KARTOHARJO", "KARTOHARJO", "KOTA MADIUN", "JAWA TIMUR"];
const SITI = [3577014507900003n, "SITI AMINAH", 7_490];
const ID_CARD = ["ktp-el", ISSUED, ISSUED + 31_536_000, ADDRESS, [SITI]];

type Signer = { key: Key; signWith: CryptoKey };

async function signer(): Promise<Signer> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const { x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  // RFC 7638: the SHA-256 of the members in their order.
  const members = new TextEncoder().encode(JSON.stringify({ crv: "P-256", kty: "EC", x, y }));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", members));
  const name = base64url.encode(digest);
  return { key: { kty: "EC", crv: "P-256", x: x!, y: y!, kid: name, alg: "ES256" }, signWith: pair.privateKey };
}

function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = bits.match(/.{1,5}/g)!.map((five) => parseInt(five.padEnd(5, "0"), 2));
  return letters.map((value) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value]).join("");
}

async function signed(content: unknown, by: Signer, document = DOCUMENT, algorithm = -7): Promise<string> {
  const header = encode(new Map([[1, algorithm]]));
  const payload = encode(content);
  const message = new Uint8Array(encode(["Signature1", header, new TextEncoder().encode(document), payload]));
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, by.signWith, message));
  const name = base64url.decode(by.key.kid).slice(0, 8);
  return toBase32(new Uint8Array(encode([header, new Map([[4, name]]), payload, signature])));
}

let ours: Signer;
let other: Signer;
let record: Record;

beforeAll(async () => {
  [ours, other] = await Promise.all([signer(), signer()]);
  record = { document: DOCUMENT, issued: true, now: ISSUED + 60, keys: [other.key, ours.key] };
});

describe("what a print's code says", () => {
  it("is shown where it was signed for this document", async () => {
    expect(await judge(await signed(ID_CARD, ours), record)).toEqual({
      is: "genuine",
      content: {
        expiresAt: ISSUED + 31_536_000,
        address: ADDRESS,
        number: undefined,
        people: [{ nik: "3577014507900003", name: "SITI AMINAH", birthDate: "05-07-1990", relation: undefined }],
        more: 0,
      },
    });
  });

  it("is read in small letters, too", async () => {
    expect((await judge((await signed(ID_CARD, ours)).toLowerCase(), record)).is).toBe("genuine");
  });

  it("has a family card's number, members with their relations, and how many more there are", async () => {
    const father = [3577010505800001n, "BUDI SANTOSO", -365, "KEPALA KELUARGA"];
    const card = ["kk", ISSUED, ISSUED + 60_000, ADDRESS, "3577010101100001", [father, [...SITI, "ISTRI"]], 3];
    const verdict = await judge(await signed(card, ours), record);
    expect(verdict).toMatchObject({
      is: "genuine",
      content: {
        number: "3577010101100001",
        people: [{ birthDate: "01-01-1969", relation: "KEPALA KELUARGA" }, { relation: "ISTRI" }],
        more: 3,
      },
    });
  });

  it("is altered where one character differs, anywhere", async () => {
    const fragment = await signed(ID_CARD, ours);
    for (let at = 0; at < fragment.length; at += 7) {
      const changed = fragment.slice(0, at) + (fragment[at] === "A" ? "B" : "A") + fragment.slice(at + 1);
      const { is } = await judge(changed, record);
      // The key's name is in it, too: another name is another key.
      expect(["altered", "foreign"], `${at}`).toContain(is);
    }
    for (const cut of [fragment.slice(0, -2), fragment.slice(2), "X", "%20", "=".repeat(20), "é"]) {
      expect((await judge(cut, record)).is).toBe("altered");
    }
  });

  it("is altered where it was signed for another document", async () => {
    const fragment = await signed(ID_CARD, ours, "AEAQCAIBAEAQCAIBAEAQCAIBAE");
    expect(await judge(fragment, record)).toEqual({ is: "altered" });
  });

  it("is altered where it names another algorithm, or its content cannot be read", async () => {
    expect(await judge(await signed(ID_CARD, ours, DOCUMENT, -8), record)).toEqual({ is: "altered" });
    expect(await judge(await signed("a text", ours), record)).toEqual({ is: "altered" });
    expect(await judge(await signed(["ktp-el"], ours), record)).toEqual({ is: "altered" });
  });

  it("is foreign where a key signed that this service never published", async () => {
    expect(await judge(await signed(ID_CARD, other), { ...record, keys: [ours.key] })).toEqual({ is: "foreign" });
  });

  it("is altered where another key signed in the name of ours", async () => {
    const forger = { key: ours.key, signWith: other.signWith };
    expect(await judge(await signed(ID_CARD, forger), record)).toEqual({ is: "altered" });
  });

  it("has expired after its time, whether the service remembers it or not", async () => {
    const fragment = await signed(ID_CARD, ours);
    for (const issued of [true, false]) {
      const verdict = await judge(fragment, { ...record, issued, now: ISSUED + 31_536_000 });
      expect(verdict).toEqual({ is: "expired", at: new Date((ISSUED + 31_536_000) * 1000) });
    }
  });

  it("is revoked where the service no longer has it on record before its time is over", async () => {
    expect(await judge(await signed(ID_CARD, ours), { ...record, issued: false })).toEqual({ is: "revoked" });
  });
});

describe("base32", () => {
  it("is that of RFC 4648, section 10, without padding", () => {
    for (const [text, encoded] of [["", ""], ["f", "MY"], ["fo", "MZXQ"], ["foo", "MZXW6"], ["foob", "MZXW6YQ"], ["fooba", "MZXW6YTB"], ["foobar", "MZXW6YTBOI"]] as const) {
      expect(new TextDecoder().decode(fromBase32(encoded))).toBe(text);
    }
    expect(fromBase32("MZ1")).toBeUndefined();
  });
});
