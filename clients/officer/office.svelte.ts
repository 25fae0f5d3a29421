// The console's state: who is signed in, and which registration or NIK is on the screen. Nothing of either is kept.

import { Act } from "../kit/act.svelte";
import { ServiceClock } from "../kit/api/clock";
import { Service, type Asked, type Outcome, type Rules } from "../kit/api/service";
import { reader, say } from "../kit/words.svelte";
import { Desk, type Approval, type Configuration, type Decided, type Rejection } from "./api/desk";
import { lastFour } from "./entries";
import { Entrance } from "./entrance";
import { Keyboard } from "./keyboard";
import { placeOf, type Entry, type Place, type Why } from "./place";
import { Presence } from "./presence.svelte";
import { wayOf } from "./problems";
import { read } from "./read";
import { faultOf } from "./sign-in";
import { words } from "./words";

/** A dialog of the console; `act` is one that acts on a NIK or an e-mail. */
type Dialog = "approve" | "reject" | "camera" | "keys" | "act";

export class Office {
  entry = $state.raw<Entry>({ step: "starting" });
  place = $state.raw<Place>({ at: "ready" });
  /** Which dialog is open. */
  asks = $state<Dialog | null>(null);
  /** What is to be said of the last scan. It is written in the language of the moment, each time that it is shown. */
  note = $state.raw<(() => string) | null>(null);
  /** Whether the screen was emptied since nobody was there. */
  blank = $state(false);
  configuration = $state.raw<Configuration | null>(null);

  readonly clock = new ServiceClock();
  readonly presence = new Presence();
  readonly keyboard = new Keyboard((text) => void this.take(text));
  readonly desk = new Desk((asked, rules) => this.#send(asked, rules));
  /** The opening of a registration or a NIK. */
  readonly opening = new Act();
  /** A decision that is under way. */
  readonly deciding = new Act();
  #entrance = new Entrance();
  #token: string | null = null;
  #service = new Service({
    origin: location.origin,
    clock: this.clock,
    language: () => reader.language,
    isOnline: () => navigator.onLine,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    prove: async () => (this.#token === null ? {} : { Authorization: `Bearer ${this.#token}` }),
  });

  get zone() {
    return this.configuration?.zone ?? "WIB";
  }

  /** Learns of the deployment, tries the issuer, and takes in an officer who comes back from there. */
  async start(): Promise<void> {
    this.entry = { step: "starting" };
    const configured = this.configuration === null ? await this.desk.configuration() : null;
    if (configured?.ok) this.configuration = configured.value;
    if (this.configuration === null) return this.#stop({ step: "unreachable", what: "service" });
    try {
      await this.#entrance.open(this.configuration);
    } catch (error) {
      return this.#stop({ step: "unreachable", what: faultOf(error) });
    }
    const admission = await this.#entrance.admit((this.clock.now() - Date.now()) / 1000);
    if (admission === null || typeof admission === "string") return this.#stop({ step: "outside", why: admission });
    this.#token = admission.token;
    this.presence.begin(admission.seconds);
    this.entry = { step: "inside", officer: admission.officer };
  }

  #stop(entry: Entry): void {
    this.entry = entry;
  }

  async signIn(): Promise<void> {
    this.#forget();
    this.entry = { step: "leaving" };
    try {
      await this.#entrance.leave();
    } catch (error) {
      this.entry = { step: "unreachable", what: faultOf(error) };
    }
  }

  /** The page is shown once more as it was left: back from the issuer's page, without an answer. */
  returned(): void {
    if (this.entry.step === "leaving") this.entry = { step: "outside", why: null };
  }

  /** Drops the token, and ends the issuer's session where it has a page for that. */
  signOut(): void {
    this.#forget();
    this.entry = { step: "outside", why: null };
    const farewell = this.#entrance.farewell();
    if (farewell !== null) location.assign(farewell);
  }

  /** The session is over, for a reason that is not the officer's wish. */
  end(why: Why): void {
    this.#forget();
    if (why === "not-officer") this.#entrance.refuse();
    this.entry = { step: "outside", why };
  }

  #forget(): void {
    this.#token = null;
    this.presence.end();
    this.blank = false;
    this.release();
  }

  /** Opens a dialog. What was said before it is over. */
  ask(dialog: Dialog): void {
    this.note = null;
    this.asks = dialog;
  }

  /** Closes the dialog, and forgets what went wrong in it. */
  close(): void {
    this.note = null;
    this.asks = null;
    this.deciding.clear();
  }

  /** Lets go of what is open, without deciding anything. */
  release(): void {
    this.place = { at: "ready" };
    this.asks = null;
    this.note = null;
    this.opening.clear();
    this.deciding.clear();
  }

  /** Nobody is there: what is on the screen is for nobody else. */
  empty(): void {
    if (this.blank) return;
    this.release();
    this.blank = true;
  }

  /** Somebody types into the field: what was said of the entry before is over. */
  types(): void {
    this.note = null;
    this.opening.clear();
  }

  /** Takes what was scanned or typed. */
  async take(text: string): Promise<void> {
    if (this.entry.step !== "inside") return;
    if (this.opening.running) {
      this.note = () => say(words.ready.stillOpening);
      return;
    }
    const isUndecided = this.place.at === "review";
    if (isUndecided || this.asks === "act") {
      const held = isUndecided ? words.ready.held : words.ready.heldAct;
      this.note = () => say(held);
      return;
    }
    this.release();
    this.blank = false;
    const found = read(text);
    switch (found.kind) {
      case "ticket": return this.open(found.ticket);
      case "nik": return this.lookUp(found.nik);
      case "digits": this.note = () => say(words.ready.digits, found.count); break;
      default: this.note = () => say(text.trim() === "" ? words.ready.empty : words.ready[found.kind]);
    }
  }

  async open(ticket: string): Promise<void> {
    const outcome = await this.opening.run(() => this.desk.review(ticket));
    if (outcome?.ok && this.entry.step === "inside") this.place = placeOf(ticket, outcome.value);
  }

  async lookUp(nik: string): Promise<void> {
    const outcome = await this.opening.run(() => this.desk.lookUp(nik));
    if (outcome?.ok && this.entry.step === "inside") this.place = { at: "resident", found: outcome.value };
  }

  /** Sends the decision. The same one again is safe, so a lost answer is asked for again. */
  async decide(body: Approval | Rejection): Promise<void> {
    if (this.place.at !== "review") return;
    const { ticket } = this.place;
    const outcome = await this.deciding.run(() => this.desk.decide(ticket, body));
    if (outcome === null || this.place.at !== "review") return;
    if (outcome.ok) return this.#decided(ticket, outcome.value);
    const way = wayOf(outcome.failure);
    if (way !== "look-again" && way !== "replace") return;
    const again = await this.opening.run(() => this.desk.review(ticket));
    if (!again?.ok) return;
    this.place = placeOf(ticket, again.value);
    // The dialog stays, with what was typed into it, and asks for what is missing.
    if (way === "replace" && this.place.at === "review") return;
    this.asks = null;
    this.deciding.clear();
    this.note = () => say(words.problems.changed);
  }

  #decided(ticket: string, { registration, verdict, officer, decided_at: at }: Decided): void {
    if (this.place.at !== "review") return;
    const nikEnd = lastFour(this.place.review.applicant.nik);
    const stage = verdict === "approve" ? "approved" : "rejected";
    this.release();
    this.place = {
      at: "after",
      after: { ticket, registration, stage, decision: { verdict, at, officer }, isEarlier: false, nikEnd, email: null },
    };
  }

  async #send<Value>(asked: Asked<Value>, rules: Rules): Promise<Outcome<Value>> {
    const outcome = await this.#service.send(asked, rules);
    if (outcome.ok || this.#token === null) return outcome;
    const way = wayOf(outcome.failure);
    if (way === "sign-in") this.end("ended");
    if (way === "sign-out") this.end("not-officer");
    return outcome;
  }
}

export const office = new Office();
