import type { NodeId, Refusal } from "@kontiki/core";
import type { ClientEffect, ClientTimes, ProposalEnd, ReadEnd } from "./client-effect.ts";
import { ClientProposals } from "./client-proposals.ts";
import { ClientReads, type ReadOptions } from "./client-reads.ts";
import { clientOf } from "../sessions/command.ts";
import { LeaderGuess } from "./leader-guess.ts";
import { isUnanswerable } from "../sessions/result.ts";
import type { CommandBytes } from "../storage/storage.ts";

export type { ClientEffect, ClientTimes, ProposalEnd, ReadEnd } from "./client-effect.ts";
export type { ReadOptions } from "./client-reads.ts";

/**
 * The client as data and rules: what to send, what to send again, and when to stop. Who drives it gives the time with
 * each call and performs the effects; nothing here knows of threads, timers or promises.
 *
 * A command is sent again when its leader died, another one is known, or no answer came in time; the layer above the
 * state machine knows repeats by session and sequence number (dissertation 6.3). A proposal whose every parcel was
 * refused is `definitelyNot`; one with a parcel whose fate is open when its deadline passes is `unknown`.
 *
 * The client's session is opened by a command that travels ahead of the first others, and ends by what the log says.
 * When it has, what was attempted only once is proposed anew under another session, and nobody notices. That is right
 * because a letter of a client, also where a node forwards it, is delivered once or never.
 */
export class Client {
  readonly #guess: LeaderGuess;
  readonly #proposals: ClientProposals;
  readonly #reads: ClientReads;
  /** Questions that went through the log, as the state machine answers none, by their sequence numbers. */
  readonly #readsInLog = new Map<number, number>();
  #parcels = 0;

  /** @param id a random whole number, the lower 40 bits of which no other client of the cluster has, ever. */
  constructor(id: number, nodes: readonly NodeId[], times: ClientTimes) {
    const nextParcel = (): number => {
      this.#parcels += 1;
      return this.#parcels;
    };
    this.#guess = new LeaderGuess(nodes);
    this.#proposals = new ClientProposals(clientOf(id), times, this.#guess, nextParcel);
    this.#reads = new ClientReads(times, this.#guess, nextParcel);
  }

  /** How many proposals and reads have not ended. */
  get pending(): number {
    return this.#proposals.size + this.#reads.size;
  }

  /** Takes a command and gives its sequence number. It is sent, with a header, by the next {@link flush}. */
  propose(command: CommandBytes, deadline: number): number {
    return this.#proposals.propose(command, deadline);
  }

  /**
   * Takes a question, encoded as a command is, and gives its number among the reads. It is sent by the next
   * {@link flush}. To a named node it is sent whoever leads, and as often as it takes.
   */
  read(question: CommandBytes, options: ReadOptions, deadline: number): number {
    return this.#reads.read(question, options, deadline);
  }

  /** Sends what waits, if there is somebody to send it to. What is over its deadline already ends unsent. */
  flush(now: number): ClientEffect[] {
    return this.#settled([...this.#proposals.flush(now), ...this.#reads.flush(now)]);
  }

  /** A node answered these commands. A second answer to the same one is of no interest. */
  answered(
    sequences: readonly number[],
    results: readonly Uint8Array[],
    now: number,
  ): ClientEffect[] {
    return this.#settled(this.#proposals.answered(sequences, results, now));
  }

  /**
   * None of a parcel's commands was taken. With another leader known they are sent there; a leader that is busy, or
   * handing over, is asked again after a pause; otherwise the next node is, after a pause.
   */
  refused(
    parcel: number,
    reason: Refusal,
    leader: NodeId | undefined,
    now: number,
  ): ClientEffect[] {
    return this.#settled(this.#proposals.refused(parcel, reason, leader, now));
  }

  /** A node answered a parcel of questions, in their order. A machine that answers none gets them as commands. */
  readAnswered(parcel: number, results: readonly Uint8Array[], now: number): ClientEffect[] {
    const effects: ClientEffect[] = [];
    let toLog = false;
    for (const { read, pending, result } of this.#reads.answered(parcel, results)) {
      if (isUnanswerable(result)) {
        this.#readsInLog.set(this.#proposals.propose(pending.question, pending.deadline), read);
        toLog = true;
      } else effects.push({ type: "settleRead", read, end: { type: "answered", result } });
    }
    return toLog ? [...effects, ...this.flush(now)] : effects;
  }

  /** A node answers none of a parcel's questions now. They are asked again, where it says or after a pause. */
  readRefused(parcel: number, leader: NodeId | undefined, now: number): ClientEffect[] {
    return this.#settled(this.#reads.refused(parcel, leader, now));
  }

  /** A parcel of either kind did not fit into a mailbox: the same node again, after a pause. */
  busy(parcel: number, now: number): void {
    this.#proposals.busy(parcel, now);
    this.#reads.busy(parcel, now);
  }

  /** It is known who leads now. What went to another node is sent there: it may have been lost with that one. */
  leaderIs(leader: NodeId, now: number): ClientEffect[] {
    this.#guess.believe(leader);
    return this.#settled([
      ...this.#proposals.leaderIs(leader, now),
      ...this.#reads.leaderIs(leader, now),
    ]);
  }

  /** Nodes came or went: these there are now. */
  nodesAre(nodes: readonly NodeId[]): void {
    this.#guess.nodesAre(nodes);
  }

  /** A node's thread is gone, and with it what lay in its mailbox; some of that may be in a log. */
  nodeDied(node: NodeId, now: number): void {
    this.#guess.doubt(node);
    this.#proposals.nodeDied(node, now);
    this.#reads.nodeDied(node, now);
  }

  /** Time has passed: ends what is over its deadline and sends again what waited too long for an answer. */
  tick(now: number): ClientEffect[] {
    return this.#settled([...this.#proposals.tick(now), ...this.#reads.tick(now)]);
  }

  /**
   * Nobody is there to ask, and nobody will be: whatever has not ended, ends now. What nobody can have taken is
   * `definitelyNot`. What comes later is tried like anything else.
   */
  unavailable(reason: string): ClientEffect[] {
    return this.#settled([...this.#proposals.endAll(reason), ...this.#reads.endAll(reason)]);
  }

  /** The cluster is going away: whatever has not ended, ends now. */
  close(reason: string): ClientEffect[] {
    return this.unavailable(reason);
  }

  /** Tells the ends of questions that went through the log as those of reads. */
  #settled(effects: ClientEffect[]): ClientEffect[] {
    if (this.#readsInLog.size === 0) return effects;
    return effects.map((effect) => {
      if (effect.type !== "settle") return effect;
      const { sequence, end } = effect;
      const read = this.#readsInLog.get(sequence);
      if (read === undefined) return effect;
      this.#readsInLog.delete(sequence);
      return { type: "settleRead", read, end: readEnd(end) };
    });
  }
}

/** A question changes nothing, whatever became of it. */
function readEnd(end: ProposalEnd): ReadEnd {
  return end.type === "unknown" ? { type: "definitelyNot", reason: end.reason } : end;
}
