// Why a camera cannot be used as a scanner.

/** What the officer can do about it; `broken` is none of the camera's faults: the page's own files did not load, or do not work. */
export type Refusal = "refused" | "missing" | "busy" | "broken";

const NAMES: Record<string, Refusal> = {
  NotAllowedError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

export function refusalOf(error: unknown): Refusal {
  return (error instanceof DOMException ? NAMES[error.name] : undefined) ?? "broken";
}
