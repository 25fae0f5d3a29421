import { describe, expect, it } from "vitest";

import { reader } from "../kit/words.svelte";
import { OTHER, REASONS, faultOf, isReason, plain, sentenceOf } from "./reasons";

it("every reason but the last has a sentence, in Indonesian whatever the officer reads", () => {
  reader.language = "en";
  const sentences = REASONS.map(sentenceOf);
  reader.language = "id";
  expect(sentences).toEqual(REASONS.map(sentenceOf));
  expect(sentences.slice(0, -1).every((sentence) => faultOf(sentence) === null)).toBe(true);
  expect(sentenceOf(OTHER)).toBe("");
  expect(new Set(sentences).size).toBe(REASONS.length);
});

it("the sentence of a suspicion gives nothing away, since a stranger may read it", () => {
  expect(sentenceOf("6")).toBe("Pendaftaran ini tidak dapat disetujui. Hubungi kantor Dukcapil.");
});

it("a key is a reason or not", () => {
  expect(["1", "7"].every(isReason)).toBe(true);
  expect(["0", "8", "a", "12", "Enter"].some(isReason)).toBe(false);
});

describe("a text", () => {
  it.each([
    ["   ", "missing"],
    ["\u200b", "missing"],
    ["x".repeat(501), "long"],
    ["Foto gelap.", null],
  ])("%o has the fault %o", (text, fault) => expect(faultOf(text)).toBe(fault));

  it("may have to be a whole sentence", () => expect(faultOf("Sudah dicek.", 20)).toBe("short"));

  it("is sent without line breaks", () => expect(plain(" Foto\ngelap,\tkabur.\u200b ")).toBe("Foto gelap, kabur."));
});
