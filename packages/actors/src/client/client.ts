import type { NodeId, Refusal } from "@kontiki/core";
import type { Slice } from "../bytes/slice.ts";
import {
  spread,
  type Asking,
  type ClientEffect,
  type ClientTimes,
  type NextParcel,
  type ProposalEnd,
  type ReadEnd,
} from "./client-effect.ts";
import { ClientProposals } from "./client-proposals.ts";
import { ClientSession, type ProposalSession } from "./client-session.ts";
import { ClientReads, type ReadOptions } from "./client-reads.ts";
import { checkOptions, needed, type Schema } from "../options/schema.ts";
import { decimal } from "../options/rules.ts";
import { clientOf } from "../sessions/command.ts";
import { LeaderGuess } from "./leader-guess.ts";
import type { Parcel } from "../mail/wire.ts";
import type { AnswerRange } from "../sessions/packed-results.ts";
import { isUnanswerable } from "../sessions/result.ts";

export type { ClientEffect, ClientTimes, ProposalEnd, ReadEnd } from "./client-effect.ts";
export type { ReadOptions } from "./client-reads.ts";

/** What is decided by its idempotency key of a client that makes one proposal. */
export type Keyed = {
  readonly session: ProposalSession;
  readonly sequence: number;
  /** Gives the number of the next parcel, which no other parcel to its address has. */
  readonly parcel: () => number;
};

const CLIENT_TIMES: Schema<ClientTimes> = {
  attemptMs: needed(decimal(0, Infinity)),
  backoffMs: needed(decimal(0, Infinity)),
};

/**
 * The client as data and rules: what to send to which node, what to send again, and when to stop. Its driver gives the
 * time with each call and performs the effects; nothing here knows of threads, timers or promises.
 *
 * **Retries.** A parcel is sent again
 *
 * - after a refusal: at once to the leader that it names, otherwise to another node after a pause;
 * - when it did not fit into a mailbox, or its leader is busy or hands over: to the same node after a pause;
 * - when its node died: to another node after a pause;
 * - when another leader is known: to that one at once;
 * - when no answer came in time: to another node at once, and each time the wait is twice as long.
 *
 * The layer above the state machine recognizes repeated commands by session and sequence number (dissertation 6.3).
 * Reads for a named node are sent to that node only.
 *
 * **Outcomes** are decided in `ClientProposals` and `ClientReads`.
 *
 * **Sessions.** The client's session is opened by a command that travels ahead of the first others, and ends by what the
 * log contains. When it has ended, what was attempted only once is proposed again under another session, without notice.
 * That is right because a letter of a client, even one that a node forwards, is delivered once or never.
 */
export class Client {
  readonly #times: ClientTimes;
  readonly #guess: LeaderGuess;
  readonly #proposals: ClientProposals;
  readonly #reads: ClientReads;
  /** Questions that went through the log because the state machine answers none, by their sequence numbers. */
  readonly #readsInLog = new Map<number, number>();
  #parcels = 0;

  /**
   * @param id a random integer whose lower 40 bits no other client of the cluster has, ever.
   * @param keyed of a client that makes one proposal, with an idempotency key.
   */
  constructor(id: number, nodes: readonly NodeId[], times: ClientTimes, keyed?: Keyed) {
    checkOptions("Client", CLIENT_TIMES, times, "times");
    const guess = new LeaderGuess(nodes);
    const next: NextParcel = {
      node: () => guess.next(),
      parcel:
        keyed?.parcel ??
        (() => {
          this.#parcels += 1;
          return this.#parcels;
        }),
    };
    this.#times = times;
    this.#guess = guess;
    const session = keyed?.session ?? new ClientSession(clientOf(id));
    this.#proposals = new ClientProposals(session, times, next, keyed?.sequence);
    this.#reads = new ClientReads(times, next);
  }

  /** How many proposals and reads have not ended. */
  get pending(): number {
    return this.#proposals.size + this.#reads.size;
  }

  /** Accepts a command and gives its sequence number. The next {@link flush} sends it, with a header. */
  propose(command: Slice, deadline: number): number {
    return this.#proposals.propose(command, deadline);
  }

  /**
   * Accepts a question, encoded as a command is, and gives its number among the reads. The next {@link flush} sends it.
   * One for a named node is sent there whichever node leads, and as often as it takes.
   */
  read(question: Slice, options: ReadOptions, deadline: number): number {
    return this.#reads.read(question, options, deadline);
  }

  /** Sends what waits, if there is a node to send it to. What is past its deadline ends unsent. */
  flush(now: number): ClientEffect[] {
    return this.#settled([...this.#proposals.flush(now), ...this.#reads.flush(now)]);
  }

  /** A parcel has come from a node. Undefined, and nothing done, when it is no answer to a client. */
  receive(parcel: Parcel | undefined, now: number): ClientEffect[] | undefined {
    switch (parcel?.type) {
      case "answers":
        return this.answered(parcel.ranges, now);
      case "refused":
        return this.refused(parcel.id, parcel.reason, parcel.leader, now);
      case "readAnswers":
        return this.readAnswered(parcel.id, parcel.results, now);
      case "readRefused":
        return this.readRefused(parcel.id, parcel.leader, now);
      default:
        return undefined;
    }
  }

  /** A parcel could not be delivered: the mailbox is full, or no node takes it. */
  undelivered({ type, id }: Asking, isFull: boolean, now: number): ClientEffect[] {
    if (isFull) {
      this.busy(id, now);
      return [];
    }
    return type === "propose"
      ? this.refused(id, "notLeader", undefined, now)
      : this.readRefused(id, undefined, now);
  }

  /** A node answered these commands. A second answer to the same command is ignored. */
  answered(ranges: readonly AnswerRange[], now: number): ClientEffect[] {
    const { effects, isSentAgain } = this.#proposals.answered(ranges);
    return this.#settled(isSentAgain ? [...effects, ...this.#proposals.flush(now)] : effects);
  }

  /** None of a parcel's commands was accepted. */
  refused(
    parcel: number,
    reason: Refusal,
    leader: NodeId | undefined,
    now: number,
  ): ClientEffect[] {
    const node = this.#proposals.refused(parcel, reason);
    if (node === undefined) return [];
    this.#proposals.pauseUntil(this.#afterRefusal(node, reason, leader, now));
    return this.#settled(this.#proposals.flush(now));
  }

  /** A node answered a parcel of questions, in their order. A state machine that answers none gets them as commands. */
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

  /** A node answers none of a parcel's questions. */
  readRefused(parcel: number, leader: NodeId | undefined, now: number): ClientEffect[] {
    const node = this.#reads.sentTo(parcel);
    if (node === undefined) return [];
    const from = this.#afterRefusal(node, "notLeader", leader, now);
    this.#reads.again(parcel, `${node} could not answer it`, from, this.#afterPause(now));
    return this.#settled(this.#reads.flush(now));
  }

  /** A parcel of either kind did not fit into a mailbox. */
  busy(parcel: number, now: number): void {
    const later = this.#afterPause(now);
    if (this.#proposals.refused(parcel, "busy") !== undefined) this.#proposals.pauseUntil(later);
    const node = this.#reads.sentTo(parcel);
    if (node !== undefined) this.#reads.again(parcel, `${node} was busy`, later);
  }

  /** The leader is known. What went to another node is sent to the leader: it may have been lost with that node. */
  leaderIs(leader: NodeId, now: number): ClientEffect[] {
    this.#guess.believe(leader);
    this.#proposals.resume();
    this.#proposals.leave((node) => node !== leader);
    this.#reads.leaderIs(leader);
    return this.flush(now);
  }

  /** A node has answered commands, so it led. A client that asks one node after the other need not go on with that. */
  answeredBy(node: NodeId): void {
    if (this.#guess.leader === undefined) this.#guess.believe(node);
  }

  /** Nodes were added or removed: these are the present ones. */
  nodesAre(nodes: readonly NodeId[]): void {
    this.#guess.nodesAre(nodes);
  }

  /** A node's thread has ended, and with it what was in its mailbox. Some of that may be in a log. */
  nodeDied(node: NodeId, now: number): void {
    const later = this.#afterPause(now);
    this.#guess.doubt(node);
    this.#proposals.leave((each) => each === node);
    this.#proposals.pauseUntil(later);
    for (const parcel of this.#reads.parcelsTo(node))
      this.#reads.again(parcel, `${node} went down`, later);
  }

  /** Time has passed: ends what is past its deadline and sends again what has waited too long for an answer. */
  tick(now: number): ClientEffect[] {
    const ends = [...this.#proposals.endOverdue(now), ...this.#reads.endOverdue(now)];
    if (this.#proposals.leaveLate(now)) this.#guess.believe(undefined);
    for (const node of this.#reads.leaveLate(now)) this.#guess.doubt(node);
    return [...this.#settled(ends), ...this.flush(now)];
  }

  /**
   * There is no node to ask, and there will be none: all that has not ended ends now. What no node can have accepted is
   * `definitelyNot`. What is asked for later is tried like anything else.
   */
  unavailable(reason: string): ClientEffect[] {
    return this.#settled([...this.#proposals.endAll(reason), ...this.#reads.endAll(reason)]);
  }

  /** Learns from a refusal which node to ask next. Gives the time from which on it may be asked. */
  #afterRefusal(node: NodeId, reason: Refusal, leader: NodeId | undefined, now: number): number {
    if (reason !== "notLeader") {
      // It leads, or names the node that does, but cannot accept anything now.
      this.#guess.believe(leader ?? node);
      return this.#afterPause(now);
    }
    if (leader !== undefined && leader !== node) {
      this.#guess.believe(leader);
      return now;
    }
    this.#guess.doubt(node);
    return this.#afterPause(now);
  }

  #afterPause(now: number): number {
    return now + this.#times.backoffMs;
  }

  /** Reports the ends of questions that went through the log as those of reads. */
  #settled(effects: ClientEffect[]): ClientEffect[] {
    if (this.#readsInLog.size === 0) return effects;
    return spread(effects).map((effect) => {
      if (effect.type !== "settle") return effect;
      const { sequence, end } = effect;
      const read = this.#readsInLog.get(sequence);
      if (read === undefined) return effect;
      this.#readsInLog.delete(sequence);
      return { type: "settleRead", read, end: readEnd(end) };
    });
  }
}

/** A question changes nothing, whatever happened to it. */
function readEnd(end: ProposalEnd): ReadEnd {
  return end.type === "unknown" ? { type: "definitelyNot", reason: end.reason } : end;
}
