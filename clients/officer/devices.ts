// How a phone is distinguished from the others: by the time that it was active.

import { moment, type Zone } from "../kit/format";
import { say } from "../kit/words.svelte";
import type { OfficeDevice } from "./api/desk";
import { words } from "./words";

export function describe(device: OfficeDevice, zone: Zone): string {
  const w = words.resident;
  const since = moment(new Date(device.activated_at), zone);
  if (device.status === "active") return say(w.active, since);
  const until = moment(new Date(device.blocked_at ?? device.activated_at), zone);
  return `${say(w.was, since)} ${say(w.until, until, say(w.reasons[device.reason ?? "other"]))}`;
}

/** The phone that an act concerns unless another one is chosen: the active one, else the latest. */
export function latest(devices: OfficeDevice[]): OfficeDevice | null {
  return devices.find(({ status }) => status === "active") ?? devices.at(-1) ?? null;
}
