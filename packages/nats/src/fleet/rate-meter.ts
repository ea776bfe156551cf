/** Over how many ms a rate is measured. */
const WINDOW_MS = 10_000;

/** How many of something there are in a second, over the last ten. */
export class RateMeter {
  readonly #now: () => number;
  readonly #began: number;
  #times: number[] = [];

  /** `now` gives ms since any moment. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#began = now();
  }

  /** Counts one more. */
  count(): void {
    this.#times.push(this.#now());
    // Old ones are dropped now and then, so that each costs little.
    if (this.#times.length % 1024 === 0) this.#drop();
  }

  /** The rate now. */
  get perSecond(): number {
    this.#drop();
    const ms = Math.min(WINDOW_MS, this.#now() - this.#began);
    return ms > 0 ? (this.#times.length / ms) * 1000 : 0;
  }

  #drop(): void {
    const oldest = this.#now() - WINDOW_MS;
    this.#times = this.#times.filter((time) => time >= oldest);
  }
}
