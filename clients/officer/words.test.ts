import { describe, expect, it } from "vitest";

import { words } from "./words";

type Pair = readonly [unknown, unknown];

function pairs(value: object, at = ""): [string, Pair][] {
  return Object.entries(value).flatMap(([name, inner]) =>
    Array.isArray(inner) ? [[`${at}/${name}`, inner as unknown as Pair] as [string, Pair]] : pairs(inner as object, `${at}/${name}`),
  );
}

const all = pairs(words, "officer");

describe("every text", () => {
  it.each(all)("is there in both languages: %s", (_, [id, en]) => {
    expect(typeof id).toBe(typeof en);
    if (typeof id === "string") {
      expect(id).not.toBe("");
      expect(en).not.toBe("");
    } else {
      expect((id as () => string).length).toBe((en as () => string).length);
    }
  });

  it("uses the words that the office uses", () => {
    const shunned = /\b(error|gagal|login|scan|token|server)\b/i;
    const indonesian = all.map(([name, [id]]) => [name, typeof id === "string" ? id : String(id)] as const);
    expect(indonesian.filter(([, id]) => shunned.test(id)).map(([name]) => name)).toEqual([]);
  });
});

it("nothing is used that Chrome 119 does not have", () => {
  const newer = /light-dark\(|AbortSignal\.timeout|URL\.canParse|CloseWatcher|Array\.fromAsync|\bTemporal\b|\.toBase64\(|\.fromBase64\(/;
  const sources = import.meta.glob<string>(["./**/*.{ts,svelte,css}", "!**/*.test.ts"], { query: "?raw", import: "default", eager: true });
  expect(Object.keys(sources).length).toBeGreaterThan(30);
  const found = Object.entries(sources).filter(([, source]) => newer.test(source));
  expect(found.map(([name]) => name)).toEqual([]);
});
