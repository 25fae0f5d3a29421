// What the app knows of a registration, of its form, and of what prevents it.

import type { Problem, Schemas } from "../kit/api/service";

export type Status = Schemas["RegistrationStatus"];

/** What was typed for a registration. It is kept nowhere but here. */
export interface Draft {
  nik: string;
  email: string;
  phone: string;
  photo: Blob | null;
}

/** What is shown in place of every screen until it is dealt with. */
export type Obstacle =
  /** The browser keeps no keys. */
  | { kind: "unsupported" }
  /** Another tab has the app. */
  | { kind: "other-tab" }
  | { kind: "clock"; service: Date | null }
  /** The registration is not there any more. */
  | { kind: "gone" }
  /** The registry says that the holder has died or moved. */
  | { kind: "registry"; problem: Problem };
