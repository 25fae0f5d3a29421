// What a QR code may disclose.

import type { Schemas } from "../kit/api/service";

export type Claim = Schemas["Claim"];

export const CLAIMS: Claim[] = ["nik", "name", "birthdate", "address", "gender", "picture", "family_card_number", "age_over_17"];

export const SETS = {
  basic: ["nik", "name", "birthdate", "address"],
  age: ["age_over_17"],
  nameAndAge: ["name", "age_over_17"],
} satisfies Record<string, Claim[]>;

export type SetName = keyof typeof SETS | "own";

/** The set that these claims are, or the holder's own. */
export function setOf(claims: readonly string[]): SetName {
  const isSame = (set: readonly string[]) => set.length === claims.length && set.every((claim) => claims.includes(claim));
  const names = Object.keys(SETS) as (keyof typeof SETS)[];
  return names.find((name) => isSame(SETS[name])) ?? "own";
}

/** Those of some names that are claims: what was remembered may be of another version. */
export function known(names: readonly string[]): Claim[] {
  return CLAIMS.filter((claim) => names.includes(claim));
}
