// What the console asks of the service. Whatever does no harm twice repeats itself when its answer is lost: reading, deciding,
// blocking and unlocking. What sends an e-mail is repeated by hand alone.

import type { Asked, Outcome, Rules, Schemas } from "../../kit/api/service";

export type Review = Schemas["Review"];
export type Decided = Schemas["Decided"];
export type OfficeDevice = Schemas["OfficeDevice"];
export type ActivationEmail = Schemas["ActivationEmail"];
export type ResidentLookup = Schemas["ResidentLookup"];
export type Configuration = Schemas["ConsoleConfiguration"];

/** A theft and how it is known. */
export interface Theft {
  reason: "stolen";
  stolen_since: string;
  justification: string;
}

export interface Approval {
  verdict: "approve";
  replace_device: boolean;
  previous_device?: { reason: "lost" } | Theft;
  email?: string;
  reason?: string;
}

export interface Rejection {
  verdict: "reject";
  reason: string;
  replace_device: false;
}

export type Block = { nik: string; reason: "lost" | "stolen" | "other" } | ({ nik: string; device?: string } & Theft);

/** Sends a request as the officer who is signed in. */
export type Send = <Value>(asked: Asked<Value>, rules: Rules) => Promise<Outcome<Value>>;

const REPEATS: Rules = { repeats: true };
const BY_HAND: Rules = { repeats: false };

export class Desk {
  #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  configuration(): Promise<Outcome<Configuration>> {
    return this.#send((client, signal) => client.GET("/office/{path}", { params: { path: { path: "configuration.json" } }, signal }), REPEATS);
  }

  review(ticket: string): Promise<Outcome<Review>> {
    return this.#send((client, signal) => client.GET("/registrations/by-ticket/{ticket}", { params: { path: { ticket } }, signal }), REPEATS);
  }

  decide(ticket: string, body: Approval | Rejection): Promise<Outcome<Decided>> {
    return this.#send(
      (client, signal) => client.POST("/registrations/by-ticket/{ticket}/decision", { params: { path: { ticket } }, body, signal }),
      REPEATS,
    );
  }

  /** Sends another e-mail for a registration, to another address if one is given. */
  resend(id: string, email: string | null): Promise<Outcome<ActivationEmail>> {
    return this.#send(
      (client, signal) =>
        client.POST("/registrations/{id}/activation-emails", { params: { path: { id } }, body: email === null ? {} : { email }, signal }),
      BY_HAND,
    );
  }

  lookUp(nik: string): Promise<Outcome<ResidentLookup>> {
    return this.#send((client, signal) => client.POST("/resident-lookups", { body: { nik }, signal }), REPEATS);
  }

  block(body: Block): Promise<Outcome<Schemas["DeviceBlock"]>> {
    return this.#send((client, signal) => client.POST("/device-blocks", { body, signal }), REPEATS);
  }

  unlock(nik: string): Promise<Outcome<Schemas["PinUnlock"]>> {
    return this.#send((client, signal) => client.POST("/pin-unlocks", { body: { nik }, signal }), REPEATS);
  }

  reset(nik: string, email: string | null): Promise<Outcome<ActivationEmail>> {
    return this.#send((client, signal) => client.POST("/pin-resets", { body: { nik, ...(email === null ? {} : { email }) }, signal }), BY_HAND);
  }

  resendByNik(nik: string, email: string | null): Promise<Outcome<ActivationEmail>> {
    const body = { nik, ...(email === null ? {} : { email }) };
    return this.#send((client, signal) => client.POST("/activation-emails", { body, signal }), BY_HAND);
  }
}
