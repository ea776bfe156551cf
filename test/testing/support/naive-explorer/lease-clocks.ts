import type { Effect, Event, NodeId } from "@kontiki/core";
import type { Command } from "../../../core/support/core.ts";
import type { Server } from "../../../core/support/server.ts";

/** What the model of time knows about a server: see `docs/explorer.md`. */
type Clock = { rounds: Record<number, number>; isHastened: boolean };

/** The model of time: which rounds began so long ago that leases from them are over. */
export class LeaseClocks {
  #clocks: Record<NodeId, Clock> = {};
  /** The last round of each term that began an election timeout ago or earlier. */
  #past: Record<number, number> = {};

  constructor(names: readonly NodeId[]) {
    for (const id of names) this.#clocks[id] = { rounds: {}, isHastened: false };
  }

  copy(): LeaseClocks {
    const copy = new LeaseClocks([]);
    copy.#clocks = { ...this.#clocks };
    copy.#past = { ...this.#past };
    return copy;
  }

  /** Everything that matters for the future, as plain data. */
  get content(): unknown {
    return [this.#clocks, this.#past];
  }

  /** Whether a lease from this round of a term is over. */
  isOver(term: number, round: number): boolean {
    return round <= (this.#past[term] ?? 0);
  }

  /** A server starts again: nothing hastens its election any more. */
  restart(id: NodeId): void {
    const clock = this.#clocks[id];
    if (clock !== undefined) this.#clocks[id] = { ...clock, isHastened: false };
  }

  /** Counts what a server has done with an event. */
  tick(
    { config, state }: Server,
    event: Event<Command>,
    effects: readonly Effect<Command>[],
  ): void {
    const before = this.#clocks[config.id];
    if (before === undefined) return;
    const { type } = event;
    const clock = { rounds: { ...before.rounds }, isHastened: before.isHastened };
    this.#clocks[config.id] = clock;
    if (type === "leaderSilent" || (type === "electionTimeout" && !clock.isHastened)) {
      for (const [term, round] of Object.entries(clock.rounds))
        this.#past[Number(term)] = Math.max(round, this.#past[Number(term)] ?? 0);
      this.#clocks[config.id] = { rounds: {}, isHastened: false };
      return;
    }
    for (const effect of effects) {
      if (effect.type === "resetElectionTimer") clock.isHastened = false;
      if (effect.type === "hastenElectionTimer") clock.isHastened = true;
    }
    if (type !== "message" || event.message.type !== "appendEntries") return;
    const { term, round } = event.message;
    const { role } = state;
    if (term !== state.term || role.type !== "follower" || role.leader !== event.from) return;
    clock.rounds[term] = Math.max(round, clock.rounds[term] ?? 0);
  }
}
