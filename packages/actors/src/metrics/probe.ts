import { performance } from "node:perf_hooks";
import { BroadcastChannel } from "node:worker_threads";
import type { LetterRecord, TimerRecord } from "./letter-record.ts";

/**
 * Cells of the memory that a cluster's threads share with the program: what it listens to, and how many records are on their
 * way to it. `letters` is the share of letters that are recorded, of 65,536. `lettersSent` and `lettersTaken` count all letters
 * and those that are recorded, while some are, since the program's last look.
 */
export const PROBE_CELLS = {
  steps: 0,
  syncs: 1,
  onTheWay: 2,
  applied: 3,
  letters: 4,
  timers: 5,
  lettersSent: 6,
  lettersTaken: 7,
} as const;

/** What the threads of a cluster get, to tell what they do. */
export type ProbeSpec = {
  readonly cells: SharedArrayBuffer;
  /** The name of the `BroadcastChannel` that carries batches to the program. */
  readonly channel: string;
  /** When {@link sinceBootMs} was 0, in ms since 1970: with it all threads of the process have one clock. */
  readonly epochMs: number;
};

/** What a step was, and where the node is after it. */
export type StepRecord = {
  /** When it was taken, in ms since 1970 by a monotonic clock. */
  readonly at: number;
  /** The type of the event that the core handled. */
  readonly event: string;
  /** The type of the message, if the event is one. */
  readonly message: string | undefined;
  /** The sender of that message. */
  readonly from: string | undefined;
  /** The role of the node. */
  readonly role: string;
  /** Its term. */
  readonly term: number;
  /** Its commit index. */
  readonly commit: number;
};

/** How long a sync of the log took. */
export type SyncRecord = {
  /** When it ended, in ms since 1970 by a monotonic clock. */
  readonly at: number;
  /** How long it took. */
  readonly ms: number;
};

/** An entry that a node has applied. */
export type AppliedRecord = {
  readonly index: number;
  /**
   * The commands that its machine was given, apart from those for which it threw, with their results. Undefined when only the
   * node's place is told: it will tell all later entries.
   */
  readonly commands: readonly AppliedCommand[] | undefined;
};

/** A command that a machine has applied. */
export type AppliedCommand = {
  /** As the client proposed it. */
  readonly command: unknown;
  /** What the machine returned. */
  readonly result: unknown;
};

type ProbeRecord =
  | (StepRecord & { readonly type: "step" })
  | (SyncRecord & { readonly type: "sync" })
  | (LetterRecord & { readonly type: "letter" })
  | (TimerRecord & { readonly type: "timer" })
  | (AppliedRecord & { readonly type: "applied" });

/** What a thread has recorded since its last batch. */
export type ProbeBatch = {
  readonly node: string;
  readonly incarnation: number;
  readonly records: readonly ProbeRecord[];
  /** What the records weigh of what may be on the way. */
  readonly weight: number;
  /** How many records were left out since the batch before, because the program did not take them fast enough. */
  readonly dropped: number;
};

/**
 * A batch is sent when it has this many records, and else when the event loop comes to it. Letters and timers are there in each
 * turn, and a batch costs more than its records: alone they wait this long, in ms.
 */
const BATCH_MAX = 1024;
const LETTERS_WAIT_MS = 25;

/** An applied entry weighs 1, and 1 for each KiB of its commands. */
const WEIGHT_BYTES = 1024;

/** While records of this weight are on their way to the program, no more are made. All but applied entries weigh 1. */
const ON_THE_WAY_MAX = 65_536;

/**
 * Records what a node's thread does, for listeners in the program. While nobody listens, recording is one look at shared memory.
 */
export class Probe {
  readonly #cells: Int32Array;
  readonly #spec: ProbeSpec;
  readonly #node: string;
  readonly #incarnation: number;
  /** Added to `performance.now()` it gives ms since 1970. */
  readonly #offsetMs: number;
  #channel: BroadcastChannel | undefined;
  #records: ProbeRecord[] = [];
  #weight = 0;
  #dropped = 0;
  #isDue = false;
  #later: NodeJS.Timeout | undefined;

  constructor(spec: ProbeSpec, node: string, incarnation: number) {
    this.#cells = new Int32Array(spec.cells);
    this.#spec = spec;
    this.#node = node;
    this.#incarnation = incarnation;
    this.#offsetMs = spec.epochMs + sinceBootMs() - performance.now();
  }

  /** Ms since 1970, by a monotonic clock that all threads of the process share. */
  get now(): number {
    return this.#offsetMs + performance.now();
  }

  /** Whether steps are listened to. */
  get wantsSteps(): boolean {
    return Atomics.load(this.#cells, PROBE_CELLS.steps) !== 0;
  }

  step(record: Omit<StepRecord, "at">): void {
    this.#add({ type: "step", at: this.now, ...record });
  }

  sync(ms: number): void {
    if (Atomics.load(this.#cells, PROBE_CELLS.syncs) === 0) return;
    this.#add({ type: "sync", at: this.now, ms });
  }

  letter(record: LetterRecord): void {
    this.#add({ type: "letter", ...record }, 1, LETTERS_WAIT_MS);
  }

  timer(record: TimerRecord): void {
    this.#add({ type: "timer", ...record }, 1, LETTERS_WAIT_MS);
  }

  /** Whether applied entries are listened to. */
  get wantsApplied(): boolean {
    return Atomics.load(this.#cells, PROBE_CELLS.applied) !== 0;
  }

  /** @param bytes the size of its commands. */
  applied(record: AppliedRecord, bytes = 0): void {
    this.#add({ type: "applied", ...record }, 1 + Math.floor(bytes / WEIGHT_BYTES));
  }

  /** Sends what is left, and no more. */
  close(): void {
    this.#flush();
    this.#channel?.close();
  }

  #add(record: ProbeRecord, weight = 1, waitMs = 0): void {
    const waiting = Atomics.load(this.#cells, PROBE_CELLS.onTheWay) + this.#weight;
    if (waiting >= ON_THE_WAY_MAX) {
      this.#dropped += 1;
      return;
    }
    this.#records.push(record);
    this.#weight += weight;
    if (this.#records.length >= BATCH_MAX) this.#flush();
    else if (waitMs > 0) this.#later ??= setTimeout(() => this.#flush(), waitMs).unref();
    else if (!this.#isDue) {
      this.#isDue = true;
      setImmediate(() => this.#flush());
    }
  }

  #flush(): void {
    this.#isDue = false;
    clearTimeout(this.#later);
    this.#later = undefined;
    const records = this.#records;
    if (records.length === 0) return;
    const weight = this.#weight;
    this.#records = [];
    this.#weight = 0;
    if (this.#channel === undefined) {
      this.#channel = new BroadcastChannel(this.#spec.channel);
      // It is written to only, and must not keep a finished thread alive.
      this.#channel.unref();
    }
    const batch: ProbeBatch = {
      node: this.#node,
      incarnation: this.#incarnation,
      records,
      weight,
      dropped: this.#dropped,
    };
    this.#dropped = 0;
    this.#channel.postMessage(batch);
    Atomics.add(this.#cells, PROBE_CELLS.onTheWay, weight);
  }
}

/** Ms by the monotonic clock of the machine: the same in all threads, while `performance.timeOrigin` is measured in each. */
export function sinceBootMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
