import type { Effect, Entry } from "@kontiki/core";
import { claim } from "./claims.ts";
import type { Command } from "./core.ts";
import type { Server, Stepped } from "./server.ts";

/** A pending read: where it was asked, and the entry that it must see at least. */
type Asked = { readonly at: Server; readonly mustSee: number };

/**
 * Clients that remember their answers: no acknowledged command is lost or applied twice, and reads are linearizable:
 * each sees everything that was acknowledged, or seen by a read, before it was asked.
 */
export class Clients {
  /** Acknowledged commands and their indexes. */
  readonly acknowledged = new Map<Command, number>();
  #reads = 0;
  /** The last entry whose effect was seen by any client. */
  #seen = 0;
  readonly #asked = new Map<number, Asked>();
  readonly answered = { reads: 0, refusedReads: 0 };

  /** A new id for a read. */
  ask(at: Server): number {
    this.#reads += 1;
    this.#asked.set(this.#reads, { at, mustSee: this.#seen });
    return this.#reads;
  }

  stepped(server: Server, { event, effects }: Stepped): void {
    for (const effect of effects)
      this.#told(server, event.type === "propose" ? event.commands : [], effect);
  }

  /** A server has applied an entry: its client is answered, if it is still the proposed entry. */
  applied(server: Server, entry: Entry<Command>): void {
    const inTerm = server.proposals.get(entry.index);
    server.proposals.delete(entry.index);
    if (inTerm !== entry.term || entry.type !== "command") return;
    this.acknowledged.set(entry.command, entry.index);
    this.#seen = Math.max(this.#seen, entry.index);
  }

  /** Answers the reads whose entry this server has applied. */
  answerReads(server: Server): void {
    const ready = server.waitingReads.filter((read) => read.index <= server.machine.applied);
    for (const read of ready) {
      server.waitingReads.splice(server.waitingReads.indexOf(read), 1);
      this.#answer(server, read.id);
    }
  }

  #told(server: Server, commands: readonly Command[], effect: Effect<Command>): void {
    switch (effect.type) {
      case "proposed":
        for (const at of commands.keys()) server.proposals.set(effect.first + at, effect.term);
        return;
      case "readReady":
        if (this.#asked.get(effect.id)?.at === server) server.waitingReads.push(effect);
        return;
      case "rejectRead":
        if (this.#asked.delete(effect.id)) this.answered.refusedReads += 1;
        return;
      default:
        return;
    }
  }

  #answer(server: Server, read: number): void {
    const asked = this.#asked.get(read);
    if (asked === undefined) return;
    this.#asked.delete(read);
    const { applied } = server.machine;
    const { id } = server.config;
    claim(
      applied >= asked.mustSee
        ? []
        : [
            `a read at ${id} saw entry ${applied}, and ${asked.mustSee} was seen before it was asked`,
          ],
    );
    this.answered.reads += 1;
    this.#seen = Math.max(this.#seen, applied);
  }
}
