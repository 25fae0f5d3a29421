// The question that a scan puts to the holder: who asks for what, what the holder answers, and how it ended.

import { isProblem, mayBeDone, type Asked, type Outcome, type Rules, type Schemas } from "../kit/api/service";
import type { Claim } from "./claims";
import type { Screen } from "./screens";

/** What became of the newest code. */
export type Shown = Schemas["ShownQrCode"];
export type Question = Extract<Shown, { state: "scanned" }>;
/** How a question ended; `gone` where the service does not know it any more. */
export type Ended = Extract<Shown, { state: "redeemed" | "refused" | "gone" }>;

/** What allows: the digits that the clerk says, the PIN, and the claims that the holder leaves in. */
export interface Confirmation {
  digits: string;
  pin: string;
  claims: Claim[];
}

interface Host {
  /** Sends a request of the session, and deals with what concerns more than the question. */
  ask: <Value>(request: Asked<Value>, rules: Rules) => Promise<Outcome<Value>>;
  /** Shows a screen in the place of the one that led there. */
  show: (screen: Screen) => void;
}

export class Asking {
  question = $state.raw<Question | null>(null);
  /** How the last question ended, and who asked it. */
  ended = $state.raw<Ended | null>(null);
  asker = $state("");
  /** Whether the holder goes back from the question, and is asked whether to refuse. */
  leaving = $state(false);
  /** Whether it is not known that an answer arrived: `asks` while the service is asked about it, `not` once it has not. */
  lost = $state<"asks" | "not" | null>(null);
  #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  get extent(): "none" | "open" | "ended" {
    if (this.question !== null) return "open";
    return this.ended === null ? "none" : "ended";
  }

  /** Asks what became of the newest code. A question that is new, or has ended, is shown. */
  async check(rules: Rules = { repeats: false }): Promise<{ shown: Shown; answer: Response } | null> {
    const outcome = await this.#check(rules);
    if (!outcome.ok) return null;
    this.#hear(outcome.value);
    return { shown: outcome.value, answer: outcome.answer };
  }

  /** After a log-in: the screen of a question that still waits, or of how it ended, if one `wasShown` before. */
  async recall(wasShown: boolean): Promise<Screen | null> {
    const outcome = await this.#check({ repeats: true });
    if (!outcome.ok) return null;
    const shown = outcome.value;
    if (shown.state === "scanned") {
      this.#begin(shown);
      return "persetujuan";
    }
    if (!wasShown || shown.state === "live") return null;
    this.#end(shown);
    return "hasil";
  }

  #check(rules: Rules): Promise<Outcome<Shown>> {
    return this.#host.ask((client, signal) => client.GET("/qr-codes/current", { signal }), rules);
  }

  /** *Setuju*. It carries the PIN, and is never sent again by itself. */
  allow(confirmation: Confirmation): Promise<Outcome<Shown>> {
    return this.#answer({ answer: "allow", report: false, ...confirmation }, { repeats: false });
  }

  /** *Tolak*. `report` says that the holder does not know who asks. */
  refuse(report: boolean): Promise<Outcome<Shown>> {
    return this.#answer({ answer: "refuse", report }, { repeats: true });
  }

  async #answer(choice: Omit<Schemas["ScanAnswer"], "redemption_id">, rules: Rules): Promise<Outcome<Shown>> {
    const body = { redemption_id: this.question?.redemption_id ?? "", ...choice };
    this.lost = null;
    const outcome = await this.#host.ask((client, signal) => client.POST("/qr-codes/current/answer", { body, signal }), rules);
    if (outcome.ok) {
      this.#hear(outcome.value);
    } else if (mayBeDone(outcome.failure)) {
      this.lost = "asks";
      await this.check({ repeats: true });
    } else if (isProblem(outcome.failure, "digits-wrong", "question-unknown")) {
      // The last wrong pair has ended it.
      await this.check({ repeats: true });
    }
    return outcome;
  }

  #hear(shown: Shown): void {
    if (shown.state === "live") return;
    if (shown.state !== "scanned") {
      if (this.question === null) return;
      this.#end(shown);
      this.#host.show("hasil");
    } else if (this.question?.redemption_id !== shown.redemption_id) {
      this.#begin(shown);
      this.#host.show("persetujuan");
    } else if (this.lost === "asks") {
      this.lost = "not";
    }
  }

  #begin(question: Question): void {
    this.clear();
    this.question = question;
    this.asker = question.integrator;
  }

  #end(ended: Ended): void {
    const asker = ended.state === "gone" ? this.asker : ended.integrator;
    this.clear();
    [this.ended, this.asker] = [ended, asker];
  }

  /** Forgets who asked for what. */
  clear(): void {
    [this.question, this.ended, this.asker, this.leaving, this.lost] = [null, null, "", false, null];
  }
}
