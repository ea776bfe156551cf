import { channel, type Channel } from "node:diagnostics_channel";
import { performance } from "node:perf_hooks";
import { BroadcastChannel } from "node:worker_threads";
import type { ClusterEvent, NodeStatus, RaftStatus } from "../mail/status.ts";
import type { LetterRecord, TimerRecord } from "../metrics/letter-record.ts";
import {
  PROBE_CELLS,
  sinceBootMs,
  type AppliedRecord,
  type ProbeBatch,
  type ProbeSpec,
  type StepRecord,
  type SyncRecord,
} from "../metrics/probe.ts";
import { LetterShare } from "./letter-share.ts";

/** What every message of a channel says. */
export type FromCluster = {
  /** Which cluster of this process it is about, from 1. */
  readonly cluster: number;
};

/** What a node's thread has recorded. */
export type FromThread = FromCluster & {
  /** The name of the node. */
  readonly node: string;
  /** Which start of its thread it was. */
  readonly incarnation: number;
  /** How many messages of this thread were left out lately, because the program did not take them fast enough. */
  readonly dropped: number;
};

/** The messages of the channels of `node:diagnostics_channel`, by the name of the channel. */
export type ChannelMessages = {
  /** The core of a node has handled an event. */
  readonly "kontiki:step": FromThread & StepRecord;
  /** A node has synced its log. */
  readonly "kontiki:sync": FromThread & SyncRecord;
  /** A letter between two nodes has left its sender, or was taken by its receiver. */
  readonly "kontiki:letter": FromThread & LetterRecord;
  /** A node has started a timer. */
  readonly "kontiki:timer": FromThread & TimerRecord;
  /** A node has reported another role, term or leader than before. */
  readonly "kontiki:role": FromCluster &
    Pick<RaftStatus, "role" | "term" | "leader"> & {
      /** The name of the node. */
      readonly node: string;
      /** Which start of its thread it is. */
      readonly incarnation: number;
    };
  /** A node's thread has started or ended. */
  readonly "kontiki:thread": FromCluster &
    Extract<ClusterEvent, { readonly type: "started" | "crashed" | "stopped" | "failed" }>;
  /** For the first time mail to an address was not delivered for a reason. */
  readonly "kontiki:dead-letter": FromCluster &
    Pick<Extract<ClusterEvent, { readonly type: "deadLetter" }>, "to" | "reason">;
};

const STEP = channel("kontiki:step");
const SYNC = channel("kontiki:sync");
const LETTER = channel("kontiki:letter");
const TIMER = channel("kontiki:timer");
const ROLE = channel("kontiki:role");
const THREAD = channel("kontiki:thread");
const DEAD_LETTER = channel("kontiki:dead-letter");

/** How often it is looked whether there are listeners, in ms: `node:diagnostics_channel` does not tell. */
const LOOK_EVERY_MS = 100;

let clusters = 0;

/**
 * Publishes what a cluster does to `node:diagnostics_channel`, where there are listeners.
 *
 * Steps, syncs, letters and timers come from the nodes' threads in batches; the threads learn from shared memory whether to
 * record them. All others are events that the program's thread has anyway.
 */
export class Channels {
  /** Which cluster of this process it is, from 1. */
  readonly cluster: number;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  /** See {@link ProbeSpec}. */
  readonly #epochMs = performance.timeOrigin + performance.now() - sinceBootMs();
  readonly #share: LetterShare;
  readonly #looks: NodeJS.Timeout;
  readonly #roles = new Map<string, string>();
  #batches: BroadcastChannel | undefined;
  #onApplied: ((node: string, record: AppliedRecord) => void) | undefined;

  constructor() {
    clusters += 1;
    this.cluster = clusters;
    const length = Object.keys(PROBE_CELLS).length;
    this.#cells = new Int32Array(new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT));
    this.#share = new LetterShare(this.#cells, () => performance.now());
    this.#look();
    this.#looks = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#looks.unref();
  }

  /** What the threads of the cluster get. */
  get spec(): ProbeSpec {
    const name = `kontiki:${process.pid}:${this.cluster}`;
    return { cells: this.#cells.buffer, channel: name, epochMs: this.#epochMs };
  }

  /** Publishes an event of a thread or of lost mail. */
  onEvent(event: ClusterEvent): void {
    const cluster = this.cluster;
    switch (event.type) {
      case "started":
      case "crashed":
      case "stopped":
      case "failed":
        if (THREAD.hasSubscribers) publish<"kontiki:thread">(THREAD, { cluster, ...event });
        return;
      case "deadLetter":
        if (DEAD_LETTER.hasSubscribers)
          publish<"kontiki:dead-letter">(DEAD_LETTER, {
            cluster,
            to: event.to,
            reason: event.reason,
          });
        return;
      default:
    }
  }

  /** Passes the entries that nodes apply on from now on; undefined for no more. */
  tellApplied(onApplied: ((node: string, record: AppliedRecord) => void) | undefined): void {
    this.#onApplied = onApplied;
    if (onApplied !== undefined) this.#listen();
    Atomics.store(this.#cells, PROBE_CELLS.applied, Number(onApplied !== undefined));
  }

  /** Whether changes of roles are listened to. */
  get wantsRoles(): boolean {
    return ROLE.hasSubscribers;
  }

  /** Publishes the role, the term and the leader of a node, if one of them has changed. */
  onStatus({ id, incarnation, raft }: NodeStatus): void {
    if (raft === undefined) return;
    const { role, term, leader } = raft;
    const now = `${incarnation} ${role} ${term} ${leader}`;
    if (this.#roles.get(id) === now) return;
    this.#roles.set(id, now);
    const cluster = this.cluster;
    publish<"kontiki:role">(ROLE, { cluster, node: id, incarnation, role, term, leader });
  }

  /** Stops publishing, after what has come. */
  async close(): Promise<void> {
    clearInterval(this.#looks);
    if (this.#batches === undefined) return;
    // What the threads sent last is read in the next turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    this.#batches.close();
    this.#batches = undefined;
  }

  #look(): void {
    const [steps, syncs] = [STEP.hasSubscribers, SYNC.hasSubscribers];
    const [letters, timers] = [LETTER.hasSubscribers, TIMER.hasSubscribers];
    if (steps || syncs || letters || timers) this.#listen();
    Atomics.store(this.#cells, PROBE_CELLS.steps, Number(steps));
    Atomics.store(this.#cells, PROBE_CELLS.syncs, Number(syncs));
    Atomics.store(this.#cells, PROBE_CELLS.timers, Number(timers));
    this.#share.look(letters);
  }

  #listen(): void {
    if (this.#batches !== undefined) return;
    const batches = new BroadcastChannel(this.spec.channel);
    batches.onmessage = (message: unknown) =>
      this.#onBatch((message as { readonly data: ProbeBatch }).data);
    batches.unref();
    this.#batches = batches;
  }

  #onBatch({ node, incarnation, records, weight, dropped }: ProbeBatch): void {
    Atomics.sub(this.#cells, PROBE_CELLS.onTheWay, weight);
    let before = dropped;
    for (const each of records) {
      this.#publish({ cluster: this.cluster, node, incarnation, dropped: before }, each);
      before = 0;
    }
  }

  #publish(from: FromThread, each: ProbeBatch["records"][number]): void {
    switch (each.type) {
      case "step": {
        const { type: _type, ...record } = each;
        return publish<"kontiki:step">(STEP, { ...from, ...record });
      }
      case "sync": {
        const { type: _type, ...record } = each;
        return publish<"kontiki:sync">(SYNC, { ...from, ...record });
      }
      case "letter": {
        const { type: _type, ...record } = each;
        return publish<"kontiki:letter">(LETTER, { ...from, ...record });
      }
      case "timer": {
        const { type: _type, ...record } = each;
        return publish<"kontiki:timer">(TIMER, { ...from, ...record });
      }
      case "applied":
        return this.#onApplied?.(from.node, each);
      default:
        each satisfies never;
    }
  }
}

function publish<Name extends keyof ChannelMessages>(
  to: Channel,
  message: ChannelMessages[Name],
): void {
  to.publish(message);
}
