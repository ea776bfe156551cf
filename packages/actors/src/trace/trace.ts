import {
  membershipOf,
  MemoryLog,
  restore,
  type Config,
  type Effect,
  type Entry,
  type Env,
  type Event,
  type HardState,
  type LogPosition,
  type Snapshot,
  type State,
} from "@kontiki/core";
import { salvageOf } from "../storage/salvaged.ts";
import type { CommandBytes, Salvaged } from "../storage/storage.ts";
import { changesBetween } from "./trace-changes.ts";
import { toTrace } from "./trace-values.ts";

/**
 * A trace is everything that one node's core did since one start, as lines of JSON. It can be replayed by itself, see
 * `replayTrace`.
 *
 * The first line opens it: the format, the node, and what was recovered. Each other line is a step:
 * `{"event":...,"before":...,"after":...,"effects":[...]}`, where `before` and `after` hold the changes of the state.
 * The last line may be an event that the core failed on: `{"event":...,"error":"..."}`. `trace-values.ts` describes how
 * values are written.
 *
 * @module
 */

/** The format of traces that this version writes and reads. */
export const TRACE_FORMAT = 1;

/** Receives the lines of a trace. */
export interface TraceSink {
  /** Receives one line, without its line break. Must not throw: a node must not end because it cannot be traced. */
  write(line: string): void;
  /** Passes on what is buffered so far. Must not throw. */
  flush(): void;
}

/** What a node was started with: everything that its core knows before the first event. */
export type TraceOpening = {
  /** Its configuration, with its id and the uid of its disk. */
  readonly config: Config;
  /** Term and vote, as recovered. */
  readonly hard: HardState;
  /** The last position before the log's first entry. */
  readonly base: LogPosition;
  /** The log, as recovered. */
  readonly entries: readonly Entry<CommandBytes>[];
  /** The newest snapshot, as recovered. */
  readonly snapshot: Snapshot | undefined;
  /** The end of a log that was found damaged: see `State.horizon`. */
  readonly horizon: LogPosition | undefined;
  /** What is intact of the damaged files. */
  readonly salvage?: Salvaged | undefined;
};

/** Receives each step of a node's core, before its effects are performed. Must not throw. */
export interface Tracer {
  /** A step: the event, the states before and after, and the effects. */
  step(
    event: Event<CommandBytes>,
    before: State,
    after: State,
    effects: readonly Effect<CommandBytes>[],
  ): void;
  /** The core failed on an event, which ends the node. */
  failed(event: Event<CommandBytes>, error: Error): void;
  /** A turn has ended. */
  flush(): void;
}

/** Records a node's steps. A node that is not traced has no tracer, so that a step costs only one check. */
export class NodeTracer implements Tracer {
  readonly #sink: TraceSink;

  /** Opens the trace. */
  constructor(sink: TraceSink, opening: TraceOpening) {
    this.#sink = sink;
    const { config, hard, base, entries, snapshot, horizon, salvage } = opening;
    const { env, state } = begin(opening);
    const { id: node, uid } = config;
    const membership = membershipOf(env, state);
    const recovered = { hard, membership, snapshot, horizon, salvage, base, entries };
    this.#write({ format: TRACE_FORMAT, node, uid, config, ...recovered });
  }

  /** Records a step: the event, the states before and after, and the effects. */
  step(
    event: Event<CommandBytes>,
    before: State,
    after: State,
    effects: readonly Effect<CommandBytes>[],
  ): void {
    this.#write({ event, ...changesBetween(before, after), effects });
  }

  /** Records that the core failed on an event. This ends the node, so it is the last line. */
  failed(event: Event<CommandBytes>, error: Error): void {
    this.#write({ event, error: error.message });
  }

  /** A turn has ended: makes what it did readable, whatever happens next. */
  flush(): void {
    this.#sink.flush();
  }

  #write(line: Readonly<Record<string, unknown>>): void {
    this.#sink.write(JSON.stringify(toTrace(line)));
  }
}

/** The core as it was before the first step. @throws AssertionError if the opening is invalid. */
export function begin(opening: TraceOpening): {
  readonly env: Env<CommandBytes> & { readonly log: MemoryLog<CommandBytes> };
  readonly state: State;
} {
  const { config, hard, base, entries, snapshot, horizon, salvage } = opening;
  const log = new MemoryLog<CommandBytes>((command) => command.length, entries, base);
  const state = restore(hard, log, { snapshot, horizon, leases: config.leases });
  return { env: { config, log, ...(salvage && { salvage: salvageOf(salvage) }) }, state };
}
