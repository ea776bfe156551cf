import { confirmedRound, type Env, type State } from "@kontiki/core";
import type { CommandBytes } from "../storage/storage.ts";

/** Rounds to remember: with this many unanswered, the lease has ended anyway. */
const ROUNDS_MAX = 1024;

/**
 * How long a leader may assume, by its own clock, that no other server leads (dissertation 6.4.1).
 *
 * A server that answers a round withholds its vote from others for the shortest election timeout, counted from when it
 * received the round, which is after the round began. So for that long from its beginning, less the possible difference
 * in clock rates, no majority elects another leader. The clock must be monotonic and must not run slower than those of
 * the others by more than the bound; a thread that was paused checks the clock again before each read. Two cases break
 * any lease: a clock that exceeds the bound, and a pause between this check and the answer.
 */
export class Lease {
  readonly #lengthMs: number;
  /** When rounds began that no majority is known to have answered yet, and the last one that a majority answered. */
  #begun: { readonly round: number; readonly at: number }[] = [];
  #term = 0;

  /** @param clockDrift the fraction by which the rates of two clocks may differ, 0 or more. */
  constructor(electionTimeoutMs: number, clockDrift: number) {
    this.#lengthMs = electionTimeoutMs / (1 + clockDrift);
  }

  /** Records the round that a turn which began at `now` begins. Call it before anything of the turn is sent. */
  observe({ term, role }: State, now: number): void {
    if (role.type !== "leader") return;
    if (term !== this.#term) this.#begun = [];
    this.#term = term;
    if ((this.#begun.at(-1)?.round ?? 0) >= role.round) return;
    this.#begun.push({ round: role.round, at: now });
    if (this.#begun.length > ROUNDS_MAX) this.#begun = this.#begun.slice(-ROUNDS_MAX / 2);
  }

  /** Whether the lease is valid at `now`, in ms by the same clock as for `observe`. */
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
