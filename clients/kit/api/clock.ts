// The service's clock: the phone's may be wrong, and only its spans are used.

/** What a span is measured with. Both run on a phone; after a sleep only the wall clock has gone on. */
export interface Spans {
  steady(): number;
  wall(): number;
}

const PHONE: Spans = { steady: () => performance.now(), wall: () => Date.now() };

interface Reading {
  served: number;
  steady: number;
  wall: number;
}

export class ServiceClock {
  #spans: Spans;
  #reading: Reading | null = null;

  constructor(spans: Spans = PHONE) {
    this.#spans = spans;
  }

  /** A point in time to measure a round trip from. */
  mark(): number {
    return this.#spans.steady();
  }

  /** Takes the time from an answer to a request that left at `mark`. */
  read(date: string | null, mark: number): void {
    const served = date === null ? NaN : Date.parse(date);
    if (Number.isNaN(served)) return;
    const steady = this.#spans.steady();
    // The answer was at most this long under way: what is counted down from here never ends too late.
    this.#reading = { served: served + (steady - mark), steady, wall: this.#spans.wall() };
  }

  /** The service's time in milliseconds since 1970; the phone's until the service has answered once. */
  now(): number {
    const reading = this.#reading;
    if (reading === null) return this.#spans.wall();
    const since = Math.max(this.#spans.steady() - reading.steady, this.#spans.wall() - reading.wall, 0);
    return reading.served + since;
  }

  /** Whether the service has answered since the start. */
  get isSet(): boolean {
    return this.#reading !== null;
  }
}
