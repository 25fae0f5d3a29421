// The ticket on the screen: every answer brings a new one, and somebody may be reading the one before out.

import type { Status } from "./state";

/** So long before its end, in milliseconds, a ticket makes room for the next one: time to read it out and to look it up. */
const NEAR = 5 * 60_000;

/** The answer, with the ticket that is shown already as long as that is good for a while. `now` is the service's time. */
export function withShownTicket(answer: Status, shown: Status | null, now: number): Status {
  if (!shown?.ticket || !answer.ticket || shown.id !== answer.id) return answer;
  return Date.parse(shown.ticket.expires_at) - now > NEAR ? { ...answer, ticket: shown.ticket } : answer;
}
