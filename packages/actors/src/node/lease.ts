import { confirmedRound, type Env, type State } from "@kontiki/core";
import type { CommandBytes } from "../storage/storage.ts";

/** Rounds that are remembered: without an answer for so many the lease is over anyway. */
const ROUNDS_MAX = 1024;

/**
 * How long a leader may take it, by its own clock, that nobody else leads (dissertation 6.4.1).
 *
 * Whoever answers a round withholds its vote from others for the shortest election timeout from when it heard of it, which
 * is after the round began. So for that long from its beginning, less what clocks may differ in rate, no majority elects
 * anybody. The clock must be monotonic and must not run slower than those of the others by more than the bound; a thread
 * that was paused looks at it again before each read. Two limits of any lease: a clock that breaks the bound, and a pause
 * between this look and the answer.
 */
export class Lease {
  readonly #lengthMs: number;
  /** When rounds began that no majority has been seen to answer yet, and the last that one has. */
  #begun: { readonly round: number; readonly at: number }[] = [];
  #term = 0;

  /** @param clockDrift by which part the rates of two clocks may differ, from 0. */
  constructor(electionTimeoutMs: number, clockDrift: number) {
    this.#lengthMs = electionTimeoutMs / (1 + clockDrift);
  }

  /** Takes note of the rounds that a turn which began at `now` is about to begin. Before anything of it is sent. */
  observe({ term, role }: State, now: number): void {
    if (role.type !== "leader") return;
    if (term !== this.#term) this.#begun = [];
    this.#term = term;
    if ((this.#begun.at(-1)?.round ?? 0) >= role.round) return;
    this.#begun.push({ round: role.round, at: now });
    if (this.#begun.length > ROUNDS_MAX) this.#begun = this.#begun.slice(-ROUNDS_MAX / 2);
  }

  /** Whether the lease holds at `now`, in ms by the clock that `observe` was told. */
  holds(env: Env<CommandBytes>, state: State, now: number): boolean {
    const { role, term } = state;
    if (role.type !== "leader" || term !== this.#term) return false;
    const confirmed = confirmedRound(env, state, role);
    const last = this.#begun.findLastIndex(({ round }) => round <= confirmed);
    const begun = this.#begun[last];
    if (begun === undefined) return false;
    this.#begun = this.#begun.slice(last);
    return now < begun.at + this.#lengthMs;
  }
}
