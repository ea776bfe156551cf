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
import { setHeader } from "../sessions/command.ts";
import { expiredIn, type Expired } from "../sessions/result.ts";
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
  command: CommandBytes;
  /** The session in its header, once it has one. */
  session: number | undefined;
  sentTo: NodeId | undefined;
  sentAt: number;
  /** The fate of an earlier parcel of it is open: it may be in a log somewhere. */
  mayBeTaken: boolean;
  refusal: Refusal | undefined;
};

/**
 * The proposals of a client that have not ended: their headers and sessions, and how each of them ends. When they are
 * sent again is decided by `Client`.
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

  propose(command: CommandBytes, deadline: number): number {
    return this.#pending.add({
      command,
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

  /** Sends everything in the queue to one node, if there is one. What is past its deadline ends without being sent. */
  flush(now: number): ClientEffect[] {
    if (!this.#pending.isWaiting || now < this.#notBefore) return [];
    const to = this.#next.node();
    if (to === undefined) return [];
    const effects: ClientEffect[] = [];
    const floor = this.#pending.lowest;
    const { opening } = this.#session;
    let [parcel, bytes] = [0, Infinity];
    let commands: CommandBytes[] = [];
    this.#pending.takeWaiting((sequence, proposal) => {
      if (now >= proposal.deadline) {
        effects.push(this.#end(sequence, proposal));
        return true;
      }
      if (bytes + proposal.command.length > PARCEL_BYTES_MAX) {
        [parcel, bytes] = [this.#next.parcel(), 0];
        commands = opening === undefined ? [] : [opening];
        effects.push({ type: "send", to, parcel, commands });
      }
      this.#address(sequence, proposal, floor);
      proposal.parcel = parcel;
      proposal.sentTo = to;
      proposal.sentAt = now;
      commands.push(proposal.command);
      bytes += proposal.command.length;
      return true;
    });
    return effects;
  }

  /**
   * Ends what was answered. What was not applied because its session has ended goes back to the queue where that is safe:
   * then `isSentAgain`, and the queue is to be flushed.
   */
  answered(
    sequences: readonly number[],
    results: readonly Uint8Array[],
  ): { readonly effects: ClientEffect[]; readonly isSentAgain: boolean } {
    const effects: ClientEffect[] = [];
    let isSentAgain = false;
    for (const [at, sequence] of sequences.entries()) {
      const result = results[at];
      const proposal = this.#pending.get(sequence);
      if (result === undefined || proposal === undefined) continue;
      const expired = expiredIn(result);
      if (expired !== undefined) {
        effects.push(...this.#expired(sequence, proposal, expired));
        isSentAgain = true;
        continue;
      }
      this.#pending.end(sequence);
      if (proposal.session !== undefined) this.#session.wasUsed(proposal.session);
      effects.push({ type: "settle", sequence, end: { type: "answered", result } });
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
    const effects: ClientEffect[] = [];
    for (const [sequence, proposal] of this.#pending.all())
      if (now >= proposal.deadline) effects.push(this.#end(sequence, proposal));
    return effects;
  }

  endAll(reason: string): ClientEffect[] {
    return [...this.#pending.all()].map(([sequence, each]) => this.#end(sequence, each, reason));
  }

  /**
   * Writes the header, once: a repeat is sent as it was, and is recognized by it. Only a command that is in no log gets
   * another session when the one it had has ended.
   */
  #address(sequence: number, proposal: Proposal, floor: number): void {
    const { number: client } = this.#session;
    if (proposal.session === client || proposal.mayBeTaken) return;
    // The bytes with the earlier header may still be in use elsewhere.
    if (proposal.session !== undefined) proposal.command = new Uint8Array(proposal.command);
    proposal.session = client;
    setHeader(proposal.command, { client, sequence, floor });
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
