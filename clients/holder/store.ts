// What the phone keeps: its key, and hints without any personal value. The database only ever gains fields.

import { openDB, type DBSchema, type IDBPDatabase } from "idb";

/** A registration's key, which cannot be taken out of this browser, and the registration's id. */
export interface Device {
  keys: CryptoKeyPair;
  registration: string;
}

export interface Configuration {
  public_url: string;
  zone: "WIB" | "WITA" | "WIT";
  office: { name: string; phone: string | null };
}

/** What helps before the service has answered. Losing it costs nothing. */
export interface Hints {
  stage?: string;
  /** Whether this phone was the holder's active device. */
  wasActive?: boolean;
  /** When the PIN can be tried again, in the service's milliseconds since 1970; `office` until an officer unlocks it. */
  pinLockedUntil?: number | "office";
  /** Whether the PIN is the holder's own, and no longer the activation code. */
  pinChanged?: boolean;
  /** Whether the answer to a change of the PIN was lost: it may be the new one. */
  pinPerhapsChanged?: boolean;
  /** The last receipt that this phone saw, and when it saw that first, in the service's milliseconds since 1970. */
  head?: { count: number; hash: string; seen?: number };
  language?: "id" | "en";
  theme?: "light" | "dark";
  /** Whether a scan discloses at once, without asking the holder. */
  asksNot?: boolean;
  /** Until when the newest code can still be scanned and its question be answered, in the service's milliseconds since 1970. */
  codeUntil?: number;
  /** The names of the claims that were chosen last. */
  claims?: string[];
  configuration?: Configuration;
}

interface Schema extends DBSchema {
  phone: { key: string; value: unknown };
}

const NAME = "ikd";

export class Store {
  #database: IDBPDatabase<Schema>;

  private constructor(database: IDBPDatabase<Schema>) {
    this.#database = database;
  }

  /** Fails where the browser keeps nothing, as in some private windows. */
  static async open(): Promise<Store> {
    const database = await openDB<Schema>(NAME, 1, {
      upgrade: (database) => {
        database.createObjectStore("phone");
      },
      // Another tab has a newer version of the app.
      blocking: () => database.close(),
    });
    return new Store(database);
  }

  device(): Promise<Device | undefined> {
    return this.#get("device");
  }

  /** The key of a registration whose answer has not arrived yet. */
  nextKeys(): Promise<CryptoKeyPair | undefined> {
    return this.#get("next");
  }

  async hints(): Promise<Hints> {
    return (await this.#get<Hints>("hints")) ?? {};
  }

  async saveHints(hints: Hints): Promise<void> {
    await this.#database.put("phone", hints, "hints");
  }

  /**
   * A new key, stored before it is used: it is read back, and signs a trial. The key of the registration before stays until the new
   * one has an answer.
   */
  async makeNextKeys(): Promise<CryptoKeyPair> {
    const made = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
    await this.#database.put("phone", made, "next");
    const kept = await this.nextKeys();
    if (kept === undefined) throw new Error("the key was not kept");
    const trial = new TextEncoder().encode("trial");
    const algorithm = { name: "ECDSA", hash: "SHA-256" };
    const signature = await crypto.subtle.sign(algorithm, kept.privateKey, trial);
    if (!(await crypto.subtle.verify(algorithm, made.publicKey, signature, trial))) throw new Error("the key does not sign");
    return kept;
  }

  /** The new key has its registration, and takes the place of the one before. */
  async adopt(device: Device): Promise<void> {
    const change = this.#database.transaction("phone", "readwrite");
    await Promise.all([change.store.put(device, "device"), change.store.delete("next"), change.done]);
  }

  async forgetNextKeys(): Promise<void> {
    await this.#database.delete("phone", "next");
  }

  /** Deletes the key for good, and what was remembered of its registration. */
  async forgetDevice(): Promise<void> {
    const kept = lasting(await this.hints());
    const change = this.#database.transaction("phone", "readwrite");
    await Promise.all([change.store.delete("device"), change.store.delete("next"), change.store.put(kept, "hints"), change.done]);
  }

  #get<Value>(name: string): Promise<Value | undefined> {
    return this.#database.get("phone", name) as Promise<Value | undefined>;
  }
}

/** The hints that are true of every registration: what people chose, and what the deployment says. */
export function lasting({ language, theme, asksNot, configuration }: Hints): Hints {
  const kept: Hints = {};
  if (language) kept.language = language;
  if (theme) kept.theme = theme;
  if (asksNot) kept.asksNot = asksNot;
  if (configuration) kept.configuration = configuration;
  return kept;
}
