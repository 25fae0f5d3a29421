// A registration that is under way: what is typed for it, and its key, which stays the same until there is an answer.

import { isProblem, mayBeDone, type Outcome, type Problem, type Schemas } from "../kit/api/service";
import type { Draft } from "./state";
import type { Store } from "./store";

/** What the service said of each field, and the value that it said it of. */
type Refused = Record<"nik" | "email" | "phone", { value: string; detail: string | undefined }>;

const EMPTY: Draft = { nik: "", email: "", phone: "", photo: null };

export class Enrolment {
  draft = $state<Draft>({ ...EMPTY });
  /** What the service refused of the fields, if anything. */
  refused = $state.raw<Refused | null>(null);
  /** What the service said of the photo. */
  photoAdvice = $state<string | null>(null);
  #keys: CryptoKeyPair | null = null;
  #mayHaveArrived = false;

  /** How much there is: nothing, data that are right, or a photo, too. */
  get extent(): "empty" | "data" | "photo" {
    const { nik, email, phone, photo } = this.draft;
    if (nik === "" || email === "" || phone === "") return "empty";
    return photo === null ? "data" : "photo";
  }

  /** Forgets what was typed, and what the service said of it. */
  empty(): void {
    this.draft = { ...EMPTY };
    this.refused = null;
    this.photoAdvice = null;
  }

  /** Takes what the service refuses, and says where it is mended; nowhere, if it is neither a field nor the photo. */
  refuse({ errors = [] }: Problem): "daftar" | "ambil-foto" | null {
    const of = (pointer: string) => errors.find((error) => error.pointer === pointer)?.detail;
    const { nik, email, phone } = this.draft;
    const fields: Refused = {
      nik: { value: nik, detail: of("/nik") },
      email: { value: email, detail: of("/email") },
      phone: { value: phone, detail: of("/phone_number") },
    };
    const isOfFields = Object.values(fields).some((field) => field.detail !== undefined);
    this.refused = isOfFields ? fields : null;
    this.photoAdvice = of("/selfie") ?? null;
    if (isOfFields) return "daftar";
    return this.photoAdvice === null ? null : "ambil-foto";
  }

  /** The key of a registration that has no answer yet. */
  get keys(): CryptoKeyPair | null {
    return this.#keys;
  }

  /** Whether the service may have one already whose answer was lost. */
  get mayHaveArrived(): boolean {
    return this.#mayHaveArrived;
  }

  /** Takes over the key that was found on the phone, if any: the answer to its registration was lost. */
  recall(keys: CryptoKeyPair | null): void {
    this.#keys = keys;
    this.#mayHaveArrived = keys !== null;
  }

  /**
   * Sends a registration with a new key, or with that of one whose answer was lost; then the same data once more where the key is
   * bound. Throws where the phone cannot keep a key.
   */
  async send(store: Store, post: () => Promise<Outcome<Schemas["Registered"]>>): Promise<Outcome<Schemas["Registered"]>> {
    this.#keys ??= await store.makeNextKeys();
    await navigator.storage?.persist?.().catch(() => false);
    let outcome = await post();
    if (!outcome.ok && isProblem(outcome.failure, "key-already-bound")) {
      const keys = await store.makeNextKeys().catch(() => null);
      if (keys !== null) {
        this.#keys = keys;
        outcome = await post();
      }
    }
    if (!outcome.ok && mayBeDone(outcome.failure)) this.#mayHaveArrived = true;
    if (!outcome.ok && outcome.failure.kind === "problem") {
      // The service has answered: nothing of this key is waiting.
      this.recall(null);
      await store.forgetNextKeys().catch(() => undefined);
    }
    return outcome;
  }

  /** Hands over the key: it has its registration. */
  take(): CryptoKeyPair | null {
    const keys = this.#keys;
    this.recall(null);
    return keys;
  }
}
