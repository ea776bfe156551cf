import { performance } from "node:perf_hooks";

/** How often it looks, in ms. */
const LOOK_MS = 250;

/** What a watch looks at, and what it reports. */
export type Watched = {
  readonly hasLeader: () => boolean;
  /** Why there is none, in one line. */
  readonly why: () => string;
  readonly onNoLeader: (forMs: number, why: string) => void;
  /** How long there may be no leader before that is reported, in ms. */
  readonly afterMs: number;
};

/** Reports that a cluster has had no leader for some time: once, and again when the reason has changed. */
export class LeaderWatch {
  readonly #watched: Watched;
  #timer: NodeJS.Timeout | undefined;
  /** When there was last a leader, and when that was last reported. */
  #since = 0;
  #reportedAt = 0;
  #reported: string | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** Begins to watch. */
  begin(): void {
    this.#since = performance.now();
    this.#timer = setInterval(() => this.look(performance.now()), LOOK_MS);
  }

  /** Looks once. */
  look(nowMs: number): void {
    const { hasLeader, why, onNoLeader, afterMs } = this.#watched;
    if (hasLeader()) {
      this.#since = nowMs;
      this.#reported = undefined;
      return;
    }
    const isFirst = this.#reported === undefined;
    if (nowMs - (isFirst ? this.#since : this.#reportedAt) < afterMs) return;
    const reason = why();
    this.#reportedAt = nowMs;
    if (reason === this.#reported) return;
    this.#reported = reason;
    onNoLeader(nowMs - this.#since, reason);
  }

  /** Ends the watch. */
  stop(): void {
    clearInterval(this.#timer);
  }
}
