import type { Effect, State } from "@kontiki/core";
import type { Server, Stepped } from "./server.ts";
import type { Command } from "./core.ts";

/** Counts of events that a run should contain, so that a vacuous run is noticed. */
export class Sometimes {
  readonly counts = {
    elected: 0,
    committed: 0,
    deposed: 0,
    truncated: 0,
    skippedTerm: 0,
    wonByNobody: 0,
    voteRefused: 0,
    lostUnsynced: 0,
    committedBeforeOwnDisk: 0,
    restarted: 0,
  };

  stepped(server: Server, { event, before, after, effects }: Stepped): void {
    const [old, now] = [before.state, after.state];
    if (now.role.type === "leader" && old.role.type !== "leader") this.counts.elected += 1;
    if (old.role.type === "leader" && now.role.type !== "leader") this.counts.deposed += 1;
    if (old.role.type === "candidate" && event.type === "electionTimeout")
      this.counts.wonByNobody += 1;
    for (const effect of effects) this.#note(server, now, effect);
    if (event.type !== "message" || event.message.type !== "appendRejected") return;
    if (event.message.conflictTerm === undefined) return;
    if (old.role.type !== "leader" || now.role.type !== "leader") return;
    const was = old.role.progress[event.from]?.next ?? 0;
    const is = now.role.progress[event.from]?.next ?? 0;
    if (was - is > 1) this.counts.skippedTerm += 1;
  }

  #note(server: Server, state: State, effect: Effect<Command>): void {
    switch (effect.type) {
      case "truncateLog":
        this.counts.truncated += 1;
        return;
      case "commit":
        this.counts.committed += 1;
        if (server.disk.image.log.lastIndex < state.commit) this.counts.committedBeforeOwnDisk += 1;
        return;
      case "send":
        if (effect.message.type === "voteReply" && !effect.message.granted)
          this.counts.voteRefused += 1;
        return;
      default:
        return;
    }
  }
}
