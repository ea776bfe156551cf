import type { NodeId, Refusal } from "@kontiki/core";
import {
  NO_ANSWER,
  PARCEL_BYTES_MAX,
  patience,
  type ClientEffect,
  type ClientTimes,
} from "./client-effect.ts";
import { ClientSession } from "./client-session.ts";
import { setHeader } from "../sessions/command.ts";
import type { LeaderGuess } from "./leader-guess.ts";
import { expiredIn, type Expired } from "../sessions/result.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** What is said of a proposal that nobody took in time, by how it was refused last. */
const REFUSED = {
  notLeader: "no leader was found before the deadline",
  busy: "the node that was asked was busy until the deadline",
  transferring: "leadership was being handed over until the deadline",
} as const;

type Pending = {
  command: CommandBytes;
  readonly deadline: number;
  /** The session in its header, as soon as it has one. */
  session: number | undefined;
  /** The parcel it went with last, as long as its fate is open; 0 while it waits to be sent. */
  parcel: number;
  sentTo: NodeId | undefined;
  sentAt: number;
  /** How often it was sent and no answer came in time. */
  unanswered: number;
  /** A parcel of it was left open when another was sent: it may be in a log somewhere. */
  mayBeTaken: boolean;
  refusal: Refusal | undefined;
};

/** The proposals of a client that have not ended. See `Client`. */
export class ClientProposals {
  readonly #times: ClientTimes;
  readonly #guess: LeaderGuess;
  readonly #nextParcel: () => number;
  readonly #session: ClientSession;
  readonly #pending = new Map<number, Pending>();
  /** Sequence numbers to send with the next flush, in order. */
  #queue: number[] = [];
  #sequence = 0;
  #notBefore = 0;

  constructor(client: number, times: ClientTimes, guess: LeaderGuess, nextParcel: () => number) {
    this.#session = new ClientSession(client);
    this.#times = times;
    this.#guess = guess;
    this.#nextParcel = nextParcel;
  }

  get size(): number {
    return this.#pending.size;
  }

  propose(command: CommandBytes, deadline: number): number {
    this.#sequence += 1;
    const sequence = this.#sequence;
    this.#pending.set(sequence, {
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
    this.#queue.push(sequence);
    return sequence;
  }

  flush(now: number): ClientEffect[] {
    if (this.#queue.length === 0 || now < this.#notBefore) return [];
    const to = this.#guess.next();
    if (to === undefined) return [];
    const effects: ClientEffect[] = [];
    const floor = this.#floor();
    const { opening } = this.#session;
    let [parcel, bytes] = [0, Infinity];
    let commands: CommandBytes[] = [];
    for (const sequence of this.#queue) {
      const pending = this.#pending.get(sequence);
      if (pending === undefined) continue;
      if (now >= pending.deadline) {
        effects.push(this.#end(sequence, pending));
        continue;
      }
      if (bytes + pending.command.length > PARCEL_BYTES_MAX) {
        [parcel, bytes] = [this.#nextParcel(), 0];
        commands = opening === undefined ? [] : [opening];
        effects.push({ type: "send", to, parcel, commands });
      }
      this.#address(sequence, pending, floor);
      pending.parcel = parcel;
      pending.sentTo = to;
      pending.sentAt = now;
      commands.push(pending.command);
      bytes += pending.command.length;
    }
    this.#queue = [];
    return effects;
  }

  answered(
    sequences: readonly number[],
    results: readonly Uint8Array[],
    now: number,
  ): ClientEffect[] {
    const effects: ClientEffect[] = [];
    let again = false;
    for (const [at, sequence] of sequences.entries()) {
      const result = results[at];
      const pending = this.#pending.get(sequence);
      if (result === undefined || pending === undefined) continue;
      const expired = expiredIn(result);
      if (expired !== undefined) {
        effects.push(...this.#expired(sequence, pending, expired));
        again = true;
        continue;
      }
      this.#pending.delete(sequence);
      if (pending.session !== undefined) this.#session.wasUsed(pending.session);
      effects.push({ type: "settle", sequence, end: { type: "answered", result } });
    }
    return again ? [...effects, ...this.flush(now)] : effects;
  }

  refused(
    parcel: number,
    reason: Refusal,
    leader: NodeId | undefined,
    now: number,
  ): ClientEffect[] {
    const again = [...this.#pending].filter(([, pending]) => pending.parcel === parcel);
    if (again.length === 0) return [];
    const refusedBy = again[0]?.[1].sentTo;
    for (const [, pending] of again) pending.refusal = reason;
    this.#requeue(again, "refused");
    if (reason !== "notLeader") {
      // It leads, or names who does: only not now.
      this.#guess.believe(leader ?? refusedBy);
      this.#notBefore = now + this.#times.backoffMs;
    } else if (leader !== undefined && leader !== refusedBy) this.#guess.believe(leader);
    else {
      this.#guess.doubt(refusedBy);
      this.#notBefore = now + this.#times.backoffMs;
    }
    return this.flush(now);
  }

  busy(parcel: number, now: number): void {
    const again = [...this.#pending].filter(([, pending]) => pending.parcel === parcel);
    if (again.length === 0) return;
    for (const [, pending] of again) pending.refusal = "busy";
    this.#requeue(again, "refused");
    this.#notBefore = now + this.#times.backoffMs;
  }

  leaderIs(leader: NodeId, now: number): ClientEffect[] {
    this.#notBefore = 0;
    this.#requeue(
      [...this.#pending].filter(([, { parcel, sentTo }]) => parcel !== 0 && sentTo !== leader),
      "open",
    );
    return this.flush(now);
  }

  nodeDied(node: NodeId, now: number): void {
    this.#requeue(
      [...this.#pending].filter(([, { parcel, sentTo }]) => parcel !== 0 && sentTo === node),
      "open",
    );
    this.#notBefore = Math.max(this.#notBefore, now + this.#times.backoffMs);
  }

  tick(now: number): ClientEffect[] {
    const effects: ClientEffect[] = [];
    const late: [number, Pending][] = [];
    for (const [sequence, pending] of this.#pending) {
      if (now >= pending.deadline) effects.push(this.#end(sequence, pending));
      else if (
        pending.parcel !== 0 &&
        now - pending.sentAt >= patience(this.#times, pending.unanswered)
      )
        late.push([sequence, pending]);
    }
    if (late.length > 0) this.#guess.believe(undefined);
    for (const [, pending] of late) pending.unanswered += 1;
    this.#requeue(late, "open");
    return [...effects, ...this.flush(now)];
  }

  endAll(reason: string): ClientEffect[] {
    return [...this.#pending].map(([sequence, pending]) => this.#end(sequence, pending, reason));
  }

  /**
   * Writes the header, once and for all: a repeat is sent as it was, and known by it. Only what is in no log is given
   * another session when the one it had has ended.
   */
  #address(sequence: number, pending: Pending, floor: number): void {
    const { number: client } = this.#session;
    if (pending.session === client || pending.mayBeTaken) return;
    // Others may hold on to the bytes with the header that they had.
    if (pending.session !== undefined) pending.command = new Uint8Array(pending.command);
    pending.session = client;
    setHeader(pending.command, { client, sequence, floor });
  }

  /**
   * A command was not applied because its session is not open. When this was the only attempt at it, it never will be,
   * as a session that has ended never opens again; when it was not, an earlier one may have been applied.
   */
  #expired(sequence: number, pending: Pending, expired: Expired): ClientEffect[] {
    this.#session.hasEnded(expired);
    // An answer that comes twice speaks of the attempt before.
    if (pending.session !== expired.session) return [];
    if (pending.mayBeTaken) {
      const reason = "its session has ended, and an earlier attempt may have been applied";
      return [this.#end(sequence, pending, reason)];
    }
    if (pending.parcel !== 0) this.#requeue([[sequence, pending]], "refused");
    return [];
  }

  #end(sequence: number, pending: Pending, why?: string): ClientEffect {
    this.#pending.delete(sequence);
    if (pending.mayBeTaken || pending.parcel !== 0)
      return { type: "settle", sequence, end: { type: "unknown", reason: why ?? NO_ANSWER } };
    const { refusal } = pending;
    const late = refusal === undefined ? "its deadline came before it was sent" : REFUSED[refusal];
    return { type: "settle", sequence, end: { type: "definitelyNot", reason: why ?? late } };
  }

  /** Puts commands back in the queue, each where it was proposed: parcels come back in any order. */
  #requeue(again: readonly (readonly [number, Pending])[], fate: "refused" | "open"): void {
    if (again.length === 0) return;
    for (const [, pending] of again) {
      pending.parcel = 0;
      pending.mayBeTaken ||= fate === "open";
    }
    this.#queue = [...again.map(([sequence]) => sequence), ...this.#queue].sort((a, b) => a - b);
  }

  /** Below the lowest that is pending nobody waits. Asked once a flush: it looks past all that has ended since. */
  #floor(): number {
    for (const sequence of this.#pending.keys()) return sequence;
    return this.#sequence;
  }
}
