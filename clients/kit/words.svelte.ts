// What people read, in both languages side by side. A text that lacks one of them does not compile.

/** A text in Indonesian and in English. */
export type Text = readonly [id: string, en: string];

/** A text with parts that differ, as `14 menit`. */
export type Phrase<Parts extends unknown[]> = readonly [id: (...parts: Parts) => string, en: (...parts: Parts) => string];

/** A page's words, in groups. Write them `satisfies Words`, so that their names stay known. */
export interface Words {
  readonly [name: string]: Text | Phrase<never[]> | Words;
}

export type Language = "id" | "en";

class Reader {
  /** The language that the person reads. */
  language = $state<Language>("id");
}

export const reader = new Reader();

/** The text in the reader's language. Where it is shown, it changes with the language. */
export function say<Parts extends unknown[]>(words: Text | Phrase<Parts>, ...parts: Parts): string {
  const chosen = words[reader.language === "id" ? 0 : 1];
  return typeof chosen === "string" ? chosen : chosen(...parts);
}
