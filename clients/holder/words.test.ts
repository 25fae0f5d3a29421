import { describe, expect, it } from "vitest";

import { common } from "../kit/common";
import { words } from "./words";

type Pair = readonly [unknown, unknown];

function pairs(value: object, at = ""): [string, Pair][] {
  return Object.entries(value).flatMap(([name, inner]) =>
    Array.isArray(inner) ? [[`${at}/${name}`, inner as unknown as Pair] as [string, Pair]] : pairs(inner as object, `${at}/${name}`),
  );
}

/** What a text reads like: one with parts that differ, with some parts. */
function read(text: unknown): string {
  return typeof text === "function" ? (text as (...parts: number[]) => string)(...Array<number>(text.length).fill(7)) : String(text);
}

const all = [...pairs(common, "common"), ...pairs(words, "holder")];

describe("every text", () => {
  it.each(all)("is there in both languages: %s", (_, [id, en]) => {
    expect(typeof id).toBe(typeof en);
    if (typeof id === "function") expect(id.length).toBe((en as () => string).length);
    for (const text of [read(id), read(en)]) expect(text.trim()).not.toBe("");
  });

  it("uses the words that the office uses", () => {
    const shunned = [/\b(error|gagal|login|scan|token|server)\b/i, /\b(error|failed|token|server)\b/i];
    const found = all.filter(([, pair]) => shunned.some((words, at) => words.test(read(pair[at]))));
    expect(found.map(([name]) => name)).toEqual([]);
  });
});

const sources = Object.entries(
  import.meta.glob<string>(["../{kit,holder}/**/*.{ts,svelte,css}", "!**/*.test.ts"], { query: "?raw", import: "default", eager: true }),
);

/** Whether a source says these words: by their names, or one of a group by a name that it computes. */
function isSaid(name: string): boolean {
  const [, group = "", ...rest] = name.split("/");
  return sources.some(([, source]) => {
    const alias = new RegExp(`const (\\w+) = words\\.${group};`).exec(source)?.[1];
    const start = `\\b(?:words\\.${group}${alias ? `|${alias}` : ""})`;
    const computed = rest.map((_, at) => [start, ...rest.slice(0, at)].join("\\.") + "\\[");
    return new RegExp(`${[start, ...rest].join("\\.")}\\b|${computed.join("|")}`).test(source);
  });
}

it("every text of the app is said by a screen", () => {
  const own = all.map(([name]) => name).filter((name) => name.startsWith("holder/"));
  expect(own.filter((name) => !isSaid(name))).toEqual([]);
});

it("nothing is used that Chrome 119 does not have", () => {
  const newer = /light-dark\(|AbortSignal\.timeout|URL\.canParse|CloseWatcher|Array\.fromAsync|\bTemporal\b|\.toBase64\(|\.fromBase64\(/;
  expect(sources.length).toBeGreaterThan(40);
  expect(sources.filter(([, source]) => newer.test(source)).map(([name]) => name)).toEqual([]);
});
