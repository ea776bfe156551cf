import type { NodeId, Refusal } from "@kontiki/core";
import {
  NO_ANSWER,
  PARCEL_BYTES_MAX,
  patience,
  type ClientEffect,
  type ClientTimes,
  type NextParcel,
} from "./client-effect.ts";
import type { ProposalSession } from "./client-session.ts";
import { PendingQueue, type Pending } from "./pending-queue.ts";
import { sizeOf, type Slice } from "../bytes/slice.ts";
import { ResultsReader, type AnswerRange } from "../sessions/packed-results.ts";
import { expiredIn, isExpired, type Expired } from "../sessions/result.ts";
import { RunPacker } from "../sessions/run.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** Why a proposal that no node accepted in time has failed, by how it was last refused. */
const REFUSED = {
  notLeader: "no leader was found before the deadline",
  busy: "the node that was asked was busy until the deadline",
  transferring: "leadership was being handed over until the deadline",
} as const;

/** Why a proposal whose key was used before has failed. */
const FORGOTTEN = "its idempotency key was used before, and the result is no longer kept";

type Proposal = Pending & {
  readonly payload: Slice;
  /** The session that it was sent under, once it was. */
  session: number | undefined;
  sentTo: NodeId | undefined;
  sentAt: number;
  /** The fate of an earlier parcel of it is open: it may be in a log somewhere. */
  mayBeTaken: boolean;
  refusal: Refusal | undefined;
};

/**
 * The proposals of a client that have not ended: the runs that they are sent in, their sessions, and how each of them
 * ends. When they are sent again is decided by `Client`.
 *
 * A proposal whose every parcel was refused ends as `definitelyNot`. One with a parcel whose fate is open at its deadline
 * ends as `unknown`.
 */
export class ClientProposals {
  readonly #times: ClientTimes;
  readonly #next: NextParcel;
  readonly #session: ProposalSession;
  readonly #pending: PendingQueue<Proposal>;
  #notBefore = 0;

  /** @param first the sequence number of the first proposal. */
  constructor(session: ProposalSession, times: ClientTimes, next: NextParcel, first?: number) {
    this.#session = session;
    this.#pending = new PendingQueue(first);
    this.#times = times;
    this.#next = next;
  }

  get size(): number {
    return this.#pending.size;
  }

  propose(payload: Slice, deadline: number): number {
    return this.#pending.add({
      payload,
      deadline,
      session: undefined,
      parcel: 0,
      sentTo: undefined,
      sentAt: 0,
      unanswered: 0,
      mayBeTaken: false,
      refusal: undefined,
    });
  }

  /**
   * Sends everything in the queue to one node, if there is one, in as few runs as possible: a repeat may be in another
   * run than before. What is past its deadline ends without being sent.
   */
  flush(now: number): ClientEffect[] {
    if (!this.#pending.isWaiting || now < this.#notBefore) return [];
    const to = this.#next.node();
    if (to === undefined) return [];
    const effects: ClientEffect[] = [];
    const floor = this.#pending.lowest;
    const { opening } = this.#session;
    const packer = new RunPacker();
    let [parcel, bytes] = [0, Infinity];
    let commands: CommandBytes[] = [];
    const endRun = (): void => {
      const run = packer.end(floor);
      if (run !== undefined) commands.push(run);
    };
    this.#pending.takeWaiting((sequence, proposal) => {
      if (now >= proposal.deadline) {
        effects.push(this.#end(sequence, proposal));
        return true;
      }
      const { payload } = proposal;
      const session = this.#sessionOf(proposal);
      const isFull = bytes + sizeOf(payload) > PARCEL_BYTES_MAX;
      if (isFull || !packer.takes(session, sequence, payload)) endRun();
      if (isFull) {
        [parcel, bytes] = [this.#next.parcel(), 0];
        commands = opening === undefined ? [] : [opening];
        effects.push({ type: "send", to, parcel, commands });
      }
      packer.add(session, sequence, payload);
      proposal.parcel = parcel;
      proposal.sentTo = to;
      proposal.sentAt = now;
      bytes += sizeOf(payload);
      return true;
    });
    endRun();
    return effects;
  }

  /**
   * Ends what was answered. What was not applied because its session has ended goes back to the queue where that is safe:
   * then `isSentAgain`, and the queue is to be flushed.
   */
  answered(ranges: readonly AnswerRange[]): {
    readonly effects: ClientEffect[];
    readonly isSentAgain: boolean;
  } {
    const effects: ClientEffect[] = [];
    let isSentAgain = false;
    for (const { first, count, results } of ranges) {
      const reader = new ResultsReader(results);
      // Where the stretch of those that have just ended begins, as a sequence number and as a place in the results.
      let [from, fromAt] = [first, 0];
      for (let sequence = first, at = 0; reader.next(); sequence += 1, at = reader.at) {
        const proposal = this.#pending.get(sequence);
        const expired = isExpired(reader.kind) ? expiredIn(reader.result) : undefined;
        if (proposal !== undefined && expired === undefined) {
          this.#pending.end(sequence);
          if (proposal.session !== undefined) this.#session.wasUsed(proposal.session);
          continue;
        }
        pushRange(effects, from, sequence, results.subarray(fromAt, at));
        [from, fromAt] = [sequence + 1, reader.at];
        if (proposal === undefined || expired === undefined) continue;
        effects.push(...this.#expired(sequence, proposal, expired));
        isSentAgain = true;
      }
      pushRange(effects, from, first + count, results.subarray(fromAt));
    }
    return { effects, isSentAgain };
  }

  /** Puts the commands of a refused parcel back in the queue. Gives the node that refused it, if they still need one. */
  refused(parcel: number, reason: Refusal): NodeId | undefined {
    const again = this.#pending.where((proposal) => proposal.parcel === parcel);
    for (const [, proposal] of again) proposal.refusal = reason;
    this.#pending.requeue(again);
    return again[0]?.[1].sentTo;
  }

  /** Sends nothing before this time. */
  pauseUntil(time: number): void {
    this.#notBefore = Math.max(this.#notBefore, time);
  }

  /** Ends a pause. */
  resume(): void {
    this.#notBefore = 0;
  }

  /** Returns to the queue what was sent to nodes that satisfy a condition. */
  leave(holds: (node: NodeId | undefined) => boolean): void {
    this.#leaveOpen(this.#pending.where(({ parcel, sentTo }) => parcel !== 0 && holds(sentTo)));
  }

  /** Returns to the queue what has waited too long for an answer. Returns whether there is any. */
  leaveLate(now: number): boolean {
    const late = this.#pending.where(
      ({ parcel, sentAt, unanswered }) =>
        parcel !== 0 && now - sentAt >= patience(this.#times, unanswered),
    );
    for (const [, proposal] of late) proposal.unanswered += 1;
    this.#leaveOpen(late);
    return late.length > 0;
  }

  /** Ends what is past its deadline. */
  endOverdue(now: number): ClientEffect[] {
    const overdue = this.#pending.where(({ deadline }) => now >= deadline);
    return overdue.map(([sequence, proposal]) => this.#end(sequence, proposal));
  }

  endAll(reason: string): ClientEffect[] {
    return this.#pending.all().map(([sequence, each]) => this.#end(sequence, each, reason));
  }

  /** The session that a command is sent under. Only one that is in no log gets another when the one it had has ended. */
  #sessionOf(proposal: Proposal): number {
    if (proposal.session === undefined || !proposal.mayBeTaken)
      proposal.session = this.#session.number;
    return proposal.session;
  }

  /**
   * A command was not applied because its session is not open. If this was the only attempt at it, it never will be, as
   * a session that has ended never opens again. If it was not, an earlier attempt may have been applied.
   */
  #expired(sequence: number, proposal: Proposal, expired: Expired): ClientEffect[] {
    const mayTryAgain = this.#session.hasEnded(expired);
    // An answer that arrives twice belongs to the attempt before.
    if (proposal.session !== expired.session) return [];
    if (proposal.mayBeTaken) {
      const reason = "its session has ended, and an earlier attempt may have been applied";
      return [this.#end(sequence, proposal, reason)];
    }
    if (!mayTryAgain) return [this.#end(sequence, proposal, FORGOTTEN)];
    if (proposal.parcel !== 0) this.#pending.requeue([[sequence, proposal]]);
    return [];
  }

  /** Puts commands back in the queue although their parcels may arrive yet. */
  #leaveOpen(again: readonly (readonly [number, Proposal])[]): void {
    for (const [, proposal] of again) proposal.mayBeTaken = true;
    this.#pending.requeue(again);
  }

  #end(sequence: number, proposal: Proposal, why?: string): ClientEffect {
    this.#pending.end(sequence);
    if (proposal.mayBeTaken || proposal.parcel !== 0)
      return { type: "settle", sequence, end: { type: "unknown", reason: why ?? NO_ANSWER } };
    const { refusal } = proposal;
    const late = refusal === undefined ? "its deadline came before it was sent" : REFUSED[refusal];
    return { type: "settle", sequence, end: { type: "definitelyNot", reason: why ?? late } };
  }
}

/** Adds the answers to the proposals from `first` up to but not including `end`, if there are any. */
function pushRange(effects: ClientEffect[], first: number, end: number, results: Uint8Array): void {
  if (end > first) effects.push({ type: "answered", first, count: end - first, results });
}
