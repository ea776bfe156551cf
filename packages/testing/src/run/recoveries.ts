/** How a node came back from a crash. Times are in ms of the run; null: not seen in this run. */
export type Recovery = {
  /** The node. */
  readonly node: string;
  /** Its process ended. */
  readonly crashedAt: number;
  /** Another part of the cluster learned of it: the supervisor of threads, or a node that got the obituary. */
  readonly detectedAt: number | null;
  /** Its next process was started. */
  readonly restartedAt: number | null;
  /** That had read its log. */
  readonly recoveredAt: number | null;
  /** It had all entries that were committed when it had read its log. */
  readonly caughtUpAt: number | null;
  /** A write that was begun after the crash was acknowledged, by whichever node. */
  readonly acknowledgedAt: number | null;
};

type Open = { -readonly [Field in keyof Recovery]: Recovery[Field] } & { target: number };

/** Follows each crash of a run to the end of its recovery, whichever engine tells of it. */
export class Recoveries {
  readonly #now: () => number;
  readonly #all: Open[] = [];
  readonly #open = new Map<string, Open>();
  /** Those without a write so far. */
  readonly #unanswered = new Set<Open>();
  #commit = 0;

  /** @param now ms of the run. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** All so far, in the order of the crashes. */
  get all(): readonly Recovery[] {
    return this.#all.map(({ target: _target, ...recovery }) => recovery);
  }

  /** Does nothing for a node that is down already. */
  crashed(node: string): void {
    if (this.#open.get(node)?.recoveredAt === null) return;
    const recovery: Open = {
      node,
      crashedAt: this.#now(),
      detectedAt: null,
      restartedAt: null,
      recoveredAt: null,
      caughtUpAt: null,
      acknowledgedAt: null,
      target: 0,
    };
    this.#all.push(recovery);
    this.#open.set(node, recovery);
    this.#unanswered.add(recovery);
  }

  detected(node: string): void {
    const recovery = this.#open.get(node);
    if (recovery !== undefined) recovery.detectedAt ??= this.#now();
  }

  /** @param inMs after which time it will be. */
  restarted(node: string, inMs = 0): void {
    const recovery = this.#open.get(node);
    if (recovery?.recoveredAt === null) recovery.restartedAt = this.#now() + inMs;
  }

  recovered(node: string): void {
    const recovery = this.#open.get(node);
    if (recovery?.recoveredAt !== null) return;
    recovery.recoveredAt = this.#now();
    recovery.target = this.#commit;
  }

  /** A node knows that entries up to this one are committed. */
  committed(node: string, commit: number): void {
    if (commit > this.#commit) this.#commit = commit;
    if (this.#open.size === 0) return;
    const recovery = this.#open.get(node);
    if (recovery === undefined || recovery.recoveredAt === null) return;
    if (commit < recovery.target) return;
    recovery.caughtUpAt = this.#now();
    this.#open.delete(node);
  }

  /** A write was acknowledged. */
  acknowledged(calledAt: number): void {
    for (const recovery of this.#unanswered) {
      if (calledAt < recovery.crashedAt) continue;
      recovery.acknowledgedAt = this.#now();
      this.#unanswered.delete(recovery);
    }
  }
}
