import type { KeyValueResult, Outcome } from "@kontiki/actors";
import { createHistogram, performance } from "node:perf_hooks";
import type { ProgramCluster } from "../launch/cluster.ts";
import { cpuBetween, cpuTime, type CpuTime } from "./cpu.ts";
import type { LoadOptions } from "./load-options.ts";

/** Keys of one slot; fewer if all values would take too much memory, of which each node holds a copy. */
const KEYS_PER_SLOT = 8;
const STATE_BYTES_MAX = 64 * 1024 * 1024;

/** A slot whose put failed waits before the next one, so that it does not fail in a busy loop. */
const PAUSE_AFTER_FAILURE_MS = 10;

/** Latencies are kept in tenths of a microsecond, up to ten minutes. */
const TICKS_PER_MS = 10_000;
const LATENCY_TICKS_MAX = 10 * 60 * 1000 * TICKS_PER_MS;

/** The result of a load. Latencies are in microseconds, CPU times in seconds. */
export type Measured = {
  readonly operations: number;
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly cpu: { readonly own: number; readonly other: number };
};

type LoadCluster = Pick<ProgramCluster, "propose" | "proposeAll">;

/**
 * Puts in a closed loop: each slot proposes its next put when the previous one is answered.
 *
 * No two slots share a key, so the final value of each key is known without knowing how the slots were interleaved. All
 * of this runs in the thread that routes the cluster's mail. To cost it little, a put takes one clock reading and no
 * promise besides that of `propose`.
 */
export class Load {
  readonly options: LoadOptions;
  readonly slots: readonly Slot[];
  /** Puts answered correctly, including those before and after the measured window. */
  acknowledged = 0;
  /** Every other outcome of a put, and how often it occurred. */
  readonly failures = new Map<string, number>();
  readonly #cluster: LoadCluster;
  readonly #signal: AbortSignal;
  readonly #latencies = createHistogram({ lowest: 1, highest: LATENCY_TICKS_MAX, figures: 3 });
  #from = 0;
  #to = 0;
  #operations = 0;

  constructor(cluster: LoadCluster, options: LoadOptions, signal: AbortSignal) {
    const { outstanding, payload } = options;
    const affordable = Math.floor(STATE_BYTES_MAX / (outstanding * payload));
    const keys = Math.min(KEYS_PER_SLOT, Math.max(1, affordable));
    this.options = options;
    this.slots = Array.from({ length: outstanding }, (_, id) => new Slot(id, keys, payload));
    this.#cluster = cluster;
    this.#signal = signal;
  }

  /** Resolves when the measured window is over and every put is answered. */
  async run(): Promise<Measured> {
    const { warmup, seconds } = this.options;
    this.#from = performance.now() + warmup * 1000;
    this.#to = this.#from + seconds * 1000;
    const cpu = Promise.all([this.#cpuAt(this.#from), this.#cpuAt(this.#to)]);
    const { batch } = this.options;
    if (batch === 1) await Promise.all(this.slots.map((slot) => this.#runSlot(slot)));
    else await Promise.all(groupsOf(this.slots, batch).map((group) => this.#runGroup(group)));
    const [before, after] = await cpu;
    const inMicroseconds = (ticks: number): number => (ticks * 1000) / TICKS_PER_MS;
    return {
      operations: this.#operations,
      latency: {
        p50: inMicroseconds(this.#latencies.percentile(50)),
        p99: inMicroseconds(this.#latencies.percentile(99)),
        max: inMicroseconds(this.#latencies.max),
      },
      cpu: cpuBetween(before, after),
    };
  }

  #runSlot(slot: Slot): Promise<void> {
    return new Promise((resolve) => {
      let startedAt = 0;
      const propose = (now: number): void => {
        if (now >= this.#to || this.#signal.aborted) return resolve();
        startedAt = now;
        void this.#cluster.propose(slot.next()).then(onAnswer);
      };
      const onAnswer = (outcome: Outcome<KeyValueResult>): void => {
        const now = performance.now();
        if (this.#count(outcome, now, now - startedAt)) propose(now);
        else setTimeout(() => propose(performance.now()), PAUSE_AFTER_FAILURE_MS);
      };
      propose(performance.now());
    });
  }

  /** Slots that propose together wait for each other. */
  async #runGroup(slots: readonly Slot[]): Promise<void> {
    for (let now = performance.now(); now < this.#to && !this.#signal.aborted;) {
      const startedAt = now;
      const outcomes = await this.#cluster.proposeAll(slots.map((slot) => slot.next()));
      now = performance.now();
      let isRight = true;
      for (const outcome of outcomes)
        isRight = this.#count(outcome, now, now - startedAt) && isRight;
      if (isRight) continue;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_AFTER_FAILURE_MS));
      now = performance.now();
    }
  }

  /** Counts an answer. Returns whether it is the answer that a put must have. */
  #count(outcome: Outcome<KeyValueResult>, now: number, elapsedMs: number): boolean {
    if (outcome.type !== "ok" || outcome.value !== null) {
      const what = outcome.type === "ok" ? "a wrong answer" : outcome.type;
      this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
      return false;
    }
    this.acknowledged += 1;
    if (now >= this.#from && now < this.#to) {
      this.#operations += 1;
      const ticks = Math.round(elapsedMs * TICKS_PER_MS);
      this.#latencies.record(Math.min(LATENCY_TICKS_MAX, Math.max(1, ticks)));
    }
    return true;
  }

  /** Reads the CPU time at a time of the clock, or at once when the load is interrupted: it is not reported then. */
  #cpuAt(time: number): Promise<CpuTime> {
    return new Promise((resolve) => {
      const read = (): void => {
        clearTimeout(timer);
        this.#signal.removeEventListener("abort", read);
        resolve(cpuTime());
      };
      const timer = setTimeout(read, Math.max(0, time - performance.now()));
      this.#signal.addEventListener("abort", read);
      if (this.#signal.aborted) read();
    });
  }
}

/** Slots in groups of this size; the last one may be smaller. */
function groupsOf(slots: readonly Slot[], size: number): readonly (readonly Slot[])[] {
  return Array.from({ length: Math.ceil(slots.length / size) }, (_none, at) =>
    slots.slice(at * size, (at + 1) * size),
  );
}

/** One of the puts in flight, with keys that no other slot writes. */
export class Slot {
  readonly #id: number;
  readonly #keys: readonly string[];
  readonly #padding: string;
  /** Puts proposed so far. */
  #proposed = 0;

  constructor(id: number, keys: number, payload: number) {
    this.#id = id;
    this.#keys = Array.from({ length: keys }, (_, key) => `bench/${id}/${key}`);
    this.#padding = "x".repeat(payload);
  }

  next(): { readonly type: "put"; readonly key: string; readonly value: string } {
    const number = this.#proposed;
    this.#proposed += 1;
    return { type: "put", key: this.#key(number), value: this.#value(number) };
  }

  /** Every key that was written, with the value that was written last. */
  *expected(): Generator<readonly [key: string, value: string]> {
    const oldest = Math.max(0, this.#proposed - this.#keys.length);
    for (let number = oldest; number < this.#proposed; number += 1) {
      yield [this.#key(number), this.#value(number)];
    }
  }

  #key(number: number): string {
    return this.#keys[number % this.#keys.length] ?? "";
  }

  #value(number: number): string {
    // A string of its own for the padding of each value would be a seventh of the program's garbage.
    const head = `${this.#id}:${number}:`;
    return head + this.#padding.slice(head.length);
  }
}
