import { expect, it } from "vitest";

import type { Status } from "./state";
import { withShownTicket } from "./ticket";

const NOW = Date.parse("2026-11-22T02:00:00Z");
const MINUTE = 60_000;

/** A status whose ticket is good for so many minutes. */
const status = (text: string, minutes: number, id = "FIRST"): Status => ({
  id,
  stage: "pending",
  registered_at: "2026-11-22T01:00:00.000Z",
  ticket: { text, svg: `<svg>${text}</svg>`, png: "", expires_at: new Date(NOW + minutes * MINUTE).toISOString() },
});

it("a ticket that is shown stays, whatever the next answers bring", () => {
  const [shown, answer] = [status("SHOWN", 60), status("NEXT", 61)];
  expect(withShownTicket(answer, shown, NOW)).toEqual({ ...answer, ticket: shown.ticket });
  expect(withShownTicket(answer, null, NOW)).toBe(answer);
});

it("a ticket that is close to its end, or past it, makes room", () => {
  for (const minutes of [4, -1]) expect(withShownTicket(status("NEXT", 60), status("SHOWN", minutes), NOW).ticket?.text).toBe("NEXT");
});

it("a ticket does not stay for another registration, nor after the decision", () => {
  expect(withShownTicket(status("NEXT", 60, "SECOND"), status("SHOWN", 60), NOW).ticket?.text).toBe("NEXT");
  const decided: Status = { id: "FIRST", stage: "approved", registered_at: "2026-11-22T01:00:00.000Z" };
  expect(withShownTicket(decided, status("SHOWN", 60), NOW)).toBe(decided);
});
