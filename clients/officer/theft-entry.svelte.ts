// What an officer types of a theft, and what is wrong with it.

import type { Zone } from "../kit/format";
import { say } from "../kit/words.svelte";
import type { Theft } from "./api/desk";
import { faultOf as faultOfText, plain } from "./reasons";
import { faultOf, moment, sent } from "./theft";
import { words } from "./words";

export class TheftEntry {
  #day = $state("");
  #time = $state("");
  #justification = $state("");
  /** What is wrong with an entry, as long as it is not changed. */
  sinceError = $state("");
  textError = $state("");

  get day(): string {
    return this.#day;
  }
  set day(day: string) {
    this.#day = day;
    this.sinceError = "";
  }

  get time(): string {
    return this.#time;
  }
  set time(time: string) {
    this.#time = time;
    this.sinceError = "";
  }

  get justification(): string {
    return this.#justification;
  }
  set justification(text: string) {
    this.#justification = text;
    this.textError = "";
  }

  /** The report as the service takes it; nothing where something is wrong, which is said then. */
  report(known: { now: number; activated: string | null; zone: Zone }): Theft | null {
    const at = moment(this.day, this.time, known.zone);
    const [fault, textFault] = [faultOf(at, known), faultOfText(this.justification)];
    this.sinceError = fault === null ? "" : say(words.theft.faults[fault]);
    this.textError = textFault === null ? "" : say(words.texts[textFault]);
    if (at === null || fault !== null || textFault !== null) return null;
    return { reason: "stolen", stolen_since: sent(at, known.activated), justification: plain(this.justification) };
  }
}
