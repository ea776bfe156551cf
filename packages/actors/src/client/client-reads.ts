import type { Consistency } from "../mail/wire.ts";
import type { NodeId } from "@kontiki/core";
import {
  NO_ANSWER,
  PARCEL_BYTES_MAX,
  patience,
  type ClientEffect,
  type ClientTimes,
  type NextParcel,
} from "./client-effect.ts";
import { PendingQueue, type Pending } from "./pending-queue.ts";
import { viewOf, type Slice } from "../bytes/slice.ts";

/** How a question is to be answered, and by which node: the leader, when none is named. */
export type ReadOptions = { readonly consistency: Consistency; readonly node?: NodeId | undefined };

/** A question that has not been answered. */
export type PendingRead = Pending &
  ReadOptions & {
    readonly question: Slice;
    notBefore: number;
    /** Why it has no answer. */
    trouble: string;
  };

type SentParcel = {
  readonly to: NodeId;
  readonly sentAt: number;
  readonly patience: number;
  readonly reads: readonly number[];
};

/**
 * The questions of a client that have no answer yet. When they are asked again is decided by `Client`.
 *
 * A question changes nothing, so it is asked again as often as it takes, and the answer to any of these attempts counts:
 * each was given between question and end. One that ends without an answer ends as `definitelyNot`.
 */
export class ClientReads {
  readonly #times: ClientTimes;
  readonly #next: NextParcel;
  readonly #pending = new PendingQueue<PendingRead>();
  readonly #parcels = new Map<number, SentParcel>();

  constructor(times: ClientTimes, next: NextParcel) {
    this.#times = times;
    this.#next = next;
  }

  get size(): number {
    return this.#pending.size;
  }

  read(question: Slice, { consistency, node }: ReadOptions, deadline: number): number {
    return this.#pending.add({
      question,
      consistency,
      node,
      deadline,
      parcel: 0,
      notBefore: 0,
      unanswered: 0,
      trouble: "its deadline came before it was sent",
    });
  }

  /** Sends what is due: one parcel for each node and consistency, or several when they are large. */
  flush(now: number): ClientEffect[] {
    if (!this.#pending.isWaiting) return [];
    const effects: ClientEffect[] = [];
    const groups = new Map<string, { readonly to: NodeId; readonly reads: number[] }>();
    let leader: NodeId | undefined;
    this.#pending.takeWaiting((read, pending) => {
      if (now >= pending.deadline) {
        effects.push(this.#end(read, pending));
        return true;
      }
      if (now < pending.notBefore) return false;
      const to = pending.node ?? (leader ??= this.#next.node());
      if (to === undefined) return false;
      const key = `${to} ${pending.consistency}`;
      const group = groups.get(key) ?? { to, reads: [] };
      groups.set(key, group);
      group.reads.push(read);
      return true;
    });
    for (const { to, reads } of groups.values()) effects.push(...this.#send(to, reads, now));
    return effects;
  }

  /** The results of a parcel's questions, in order. Gives those that were still waited for. */
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
      this.#pending.end(read);
      return [{ read, pending, result }];
    });
  }

  /** The node that a parcel was sent to, while no answer has come. */
  sentTo(parcel: number): NodeId | undefined {
    return this.#parcels.get(parcel)?.to;
  }

  /** The parcels that were sent to a node and are not answered. */
  parcelsTo(node: NodeId): readonly number[] {
    return [...this.#parcels].flatMap(([parcel, { to }]) => (to === node ? [parcel] : []));
  }

  /** Asks again what has waited too long for an answer. Gives the nodes that gave none. */
  leaveLate(now: number): readonly NodeId[] {
    const late = [...this.#parcels].filter(
      ([, { sentAt, patience: time }]) => now - sentAt >= time,
    );
    return late.map(([parcel, { to }]) => {
      for (const [, pending] of this.#stillIn(parcel)) pending.unanswered += 1;
      this.again(parcel, NO_ANSWER, now);
      return to;
    });
  }

  /**
   * A parcel will not be answered. Those of its questions that are not under way in another one are asked again.
   *
   * @param from the time from which on; `fromIfNamed` for those that are for a named node.
   */
  again(parcel: number, trouble: string, from: number, fromIfNamed = from): void {
    const again = this.#stillIn(parcel);
    for (const [, pending] of again) {
      pending.trouble = trouble;
      pending.notBefore = pending.node === undefined ? from : fromIfNamed;
    }
    this.#pending.requeue(again);
    this.#parcels.delete(parcel);
  }

  /** What went to other nodes in search of the leader is sent to it. A stale read is answered by any node. */
  leaderIs(leader: NodeId): void {
    for (const [, pending] of this.#pending.all())
      if (pending.node === undefined) pending.notBefore = 0;
    for (const [parcel, { to }] of this.#parcels) {
      if (to === leader) continue;
      const searching = this.#stillIn(parcel).filter(
        ([, { node, consistency }]) => node === undefined && consistency !== "stale",
      );
      this.#pending.requeue(searching);
    }
  }

  /** Ends what is past its deadline. */
  endOverdue(now: number): ClientEffect[] {
    const overdue = this.#pending.where(({ deadline }) => now >= deadline);
    return overdue.map(([read, pending]) => this.#end(read, pending));
  }

  endAll(reason: string): ClientEffect[] {
    this.#parcels.clear();
    return this.#pending.all().map(([read, pending]) => this.#end(read, pending, reason));
  }

  /** The questions of a parcel that were not sent in another one since. */
  #stillIn(parcel: number): [number, PendingRead][] {
    const reads = this.#parcels.get(parcel)?.reads ?? [];
    return reads.flatMap((read): [number, PendingRead][] => {
      const pending = this.#pending.get(read);
      return pending?.parcel === parcel ? [[read, pending]] : [];
    });
  }

  #send(to: NodeId, all: readonly number[], now: number): ClientEffect[] {
    const effects: ClientEffect[] = [];
    let [parcel, bytes] = [0, Infinity];
    let [reads, questions]: [number[], Uint8Array[]] = [[], []];
    for (const read of all) {
      const pending = this.#pending.get(read);
      if (pending === undefined) continue;
      const question = viewOf(pending.question);
      if (bytes + question.length > PARCEL_BYTES_MAX) {
        [parcel, bytes, reads, questions] = [this.#next.parcel(), 0, [], []];
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

  #end(read: number, { trouble }: PendingRead, why?: string): ClientEffect {
    this.#pending.end(read);
    return {
      type: "settleRead",
      read,
      end: { type: "definitelyNot", reason: why ?? trouble },
    };
  }
}
