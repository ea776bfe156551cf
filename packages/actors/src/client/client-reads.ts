import type { Consistency } from "../mail/wire.ts";
import type { NodeId } from "@kontiki/core";
import {
  NO_ANSWER,
  PARCEL_BYTES_MAX,
  patience,
  type ClientEffect,
  type ClientTimes,
} from "./client-effect.ts";
import { payloadOf } from "../sessions/command.ts";
import type { LeaderGuess } from "./leader-guess.ts";
import type { CommandBytes } from "../storage/storage.ts";

/** How a question is to be answered, and by whom: the leader, when no node is named. */
export type ReadOptions = { readonly consistency: Consistency; readonly node?: NodeId | undefined };

/** A question that has not been answered. */
export type PendingRead = ReadOptions & {
  readonly question: CommandBytes;
  readonly deadline: number;
  /** The parcel it went with last, as long as its fate is open; 0 while it waits to be sent. */
  parcel: number;
  notBefore: number;
  unanswered: number;
  /** Why it has no answer. */
  trouble: string;
};

type Parcel = {
  readonly to: NodeId;
  readonly sentAt: number;
  readonly patience: number;
  readonly reads: readonly number[];
};

/**
 * The questions of a client that have no answer yet. Questions change nothing, so they are asked again as often as it
 * takes, and any answer to any of these times will do: each was given between question and end.
 */
export class ClientReads {
  readonly #times: ClientTimes;
  readonly #guess: LeaderGuess;
  readonly #nextParcel: () => number;
  readonly #pending = new Map<number, PendingRead>();
  readonly #parcels = new Map<number, Parcel>();
  #queue: number[] = [];
  #reads = 0;

  constructor(times: ClientTimes, guess: LeaderGuess, nextParcel: () => number) {
    this.#times = times;
    this.#guess = guess;
    this.#nextParcel = nextParcel;
  }

  get size(): number {
    return this.#pending.size;
  }

  read(question: CommandBytes, { consistency, node }: ReadOptions, deadline: number): number {
    this.#reads += 1;
    this.#pending.set(this.#reads, {
      question,
      consistency,
      node,
      deadline,
      parcel: 0,
      notBefore: 0,
      unanswered: 0,
      trouble: "its deadline came before it was sent",
    });
    this.#queue.push(this.#reads);
    return this.#reads;
  }

  /** Sends what is due: one parcel for each node and consistency, or more when they are large. */
  flush(now: number): ClientEffect[] {
    if (this.#queue.length === 0) return [];
    const effects: ClientEffect[] = [];
    const groups = new Map<string, { readonly to: NodeId; readonly reads: number[] }>();
    let leader: NodeId | undefined;
    this.#queue = this.#queue.filter((read) => {
      const pending = this.#pending.get(read);
      if (pending === undefined) return false;
      if (now >= pending.deadline) {
        effects.push(this.#end(read, pending));
        return false;
      }
      if (now < pending.notBefore) return true;
      const to = pending.node ?? (leader ??= this.#guess.next());
      if (to === undefined) return true;
      const key = `${to} ${pending.consistency}`;
      const group = groups.get(key) ?? { to, reads: [] };
      groups.set(key, group);
      group.reads.push(read);
      return false;
    });
    for (const { to, reads } of groups.values()) effects.push(...this.#send(to, reads, now));
    return effects;
  }

  /** Results of a parcel's questions, in order. Gives what of it was still waited for. */
  answered(
    parcel: number,
    results: readonly Uint8Array[],
  ): { readonly read: number; readonly pending: PendingRead; readonly result: Uint8Array }[] {
    const reads = this.#parcels.get(parcel)?.reads;
    if (reads?.length !== results.length) return [];
    this.#parcels.delete(parcel);
    return reads.flatMap((read, at) => {
      const [pending, result] = [this.#pending.get(read), results[at]];
      if (pending === undefined || result === undefined) return [];
      this.#pending.delete(read);
      return [{ read, pending, result }];
    });
  }

  refused(parcel: number, leader: NodeId | undefined, now: number): ClientEffect[] {
    const refused = this.#parcels.get(parcel);
    if (refused === undefined) return [];
    const knowsBetter = leader !== undefined && leader !== refused.to;
    if (knowsBetter) this.#guess.believe(leader);
    else this.#guess.doubt(refused.to);
    const later = now + this.#times.backoffMs;
    this.#again(parcel, `${refused.to} could not answer it`, (pending) =>
      knowsBetter && pending.node === undefined ? now : later,
    );
    return this.flush(now);
  }

  busy(parcel: number, now: number): void {
    const to = this.#parcels.get(parcel)?.to;
    if (to !== undefined) this.#again(parcel, `${to} was busy`, () => now + this.#times.backoffMs);
  }

  /** What went elsewhere in search of the leader goes there. A stale read is answered wherever it is. */
  leaderIs(leader: NodeId, now: number): ClientEffect[] {
    for (const pending of this.#pending.values())
      if (pending.node === undefined) pending.notBefore = 0;
    for (const [parcel, { to, reads }] of this.#parcels) {
      if (to === leader) continue;
      for (const read of reads) {
        const pending = this.#pending.get(read);
        if (pending?.parcel !== parcel || pending.node !== undefined) continue;
        if (pending.consistency === "stale") continue;
        pending.parcel = 0;
        this.#queue.push(read);
      }
    }
    return this.flush(now);
  }

  nodeDied(node: NodeId, now: number): void {
    for (const [parcel, { to }] of this.#parcels)
      if (to === node) this.#again(parcel, `${to} went down`, () => now + this.#times.backoffMs);
  }

  tick(now: number): ClientEffect[] {
    const effects: ClientEffect[] = [];
    for (const [read, pending] of this.#pending)
      if (now >= pending.deadline) effects.push(this.#end(read, pending));
    for (const [parcel, { to, sentAt, patience: time }] of this.#parcels) {
      if (now - sentAt < time) continue;
      this.#guess.doubt(to);
      this.#again(parcel, NO_ANSWER, (pending) => {
        pending.unanswered += 1;
        return now;
      });
    }
    return [...effects, ...this.flush(now)];
  }

  endAll(reason: string): ClientEffect[] {
    this.#parcels.clear();
    return [...this.#pending].map(([read, pending]) => this.#end(read, pending, reason));
  }

  #send(to: NodeId, all: readonly number[], now: number): ClientEffect[] {
    const effects: ClientEffect[] = [];
    let [parcel, bytes] = [0, Infinity];
    let [reads, questions]: [number[], Uint8Array[]] = [[], []];
    for (const read of all) {
      const pending = this.#pending.get(read);
      if (pending === undefined) continue;
      const question = payloadOf(pending.question);
      if (bytes + question.length > PARCEL_BYTES_MAX) {
        [parcel, bytes, reads, questions] = [this.#nextParcel(), 0, [], []];
        const { consistency } = pending;
        effects.push({ type: "sendRead", to, parcel, consistency, questions });
        const time = patience(this.#times, pending.unanswered);
        this.#parcels.set(parcel, { to, sentAt: now, patience: time, reads });
      }
      reads.push(read);
      questions.push(question);
      bytes += question.length;
      pending.parcel = parcel;
      pending.trouble = NO_ANSWER;
    }
    return effects;
  }

  /** Nothing comes of a parcel: those of its questions that are not under way elsewhere by now are asked again. */
  #again(parcel: number, trouble: string, notBefore: (pending: PendingRead) => number): void {
    for (const read of this.#parcels.get(parcel)?.reads ?? []) {
      const pending = this.#pending.get(read);
      if (pending?.parcel !== parcel) continue;
      pending.parcel = 0;
      pending.trouble = trouble;
      pending.notBefore = notBefore(pending);
      this.#queue.push(read);
    }
    this.#parcels.delete(parcel);
  }

  #end(read: number, { trouble }: PendingRead, why?: string): ClientEffect {
    this.#pending.delete(read);
    return {
      type: "settleRead",
      read,
      end: { type: "definitelyNot", reason: why ?? trouble },
    };
  }
}
