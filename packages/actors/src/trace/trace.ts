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
import type { CommandBytes } from "../storage/storage.ts";
import { changesBetween } from "./trace-changes.ts";
import { toTrace } from "./trace-values.ts";

/**
 * A trace is all that one node's core did from one start on, as lines of JSON. It replays alone, see `replayTrace`.
 *
 * The first line opens it: format, who, and what was recovered. Each other line is a step:
 * `{"event":...,"before":...,"after":...,"effects":[...]}`, where `before` and `after` have what of the state changed.
 * The last may be an event that the core failed on: `{"event":...,"error":"..."}`. Values stand there as
 * `trace-values.ts` says.
 *
 * @module
 */

/** The format of traces that this version writes and reads. */
export const TRACE_FORMAT = 1;

/** Where the lines of a trace go. */
export interface TraceSink {
  /** Takes one line, without its line break. Must not throw: a node does not end because it cannot be watched. */
  write(line: string): void;
  /** Hands on what was kept back so far. Must not throw. */
  flush(): void;
}

/** What a node was started with. It is all that its core knows before the first event. */
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
};

/** Is told of each step of a node's core, before its effects are done. Must not throw. */
export interface Tracer {
  /** A step: what happened, the states before and after, and what there is to do. */
  step(
    event: Event<CommandBytes>,
    before: State,
    after: State,
    effects: readonly Effect<CommandBytes>[],
  ): void;
  /** The core failed on an event. The node ends of it. */
  failed(event: Event<CommandBytes>, error: Error): void;
  /** A turn is over. */
  flush(): void;
}

/** Writes a node's steps down. What is not to be traced has none: then a step costs one look whether there is one. */
export class NodeTracer implements Tracer {
  readonly #sink: TraceSink;

  /** Opens the trace. */
  constructor(sink: TraceSink, opening: TraceOpening) {
    this.#sink = sink;
    const { config, hard, base, entries, snapshot, horizon } = opening;
    const { env, state } = begin(opening);
    const { id: node, uid } = config;
    const membership = membershipOf(env, state);
    const recovered = { hard, membership, snapshot, horizon, base, entries };
    this.#write({ format: TRACE_FORMAT, node, uid, config, ...recovered });
  }

  /** Writes a step down: what happened, the states before and after, and what there is to do. */
  step(
    event: Event<CommandBytes>,
    before: State,
    after: State,
    effects: readonly Effect<CommandBytes>[],
  ): void {
    this.#write({ event, ...changesBetween(before, after), effects });
  }

  /** Writes down that the core failed on an event. The node ends of it, so it is the last line. */
  failed(event: Event<CommandBytes>, error: Error): void {
    this.#write({ event, error: error.message });
  }

  /** A turn is over: what it did is worth seeing, whatever comes next. */
  flush(): void {
    this.#sink.flush();
  }

  #write(line: Readonly<Record<string, unknown>>): void {
    this.#sink.write(JSON.stringify(toTrace(line)));
  }
}

/** The core as it was before the first step. @throws AssertionError when nothing can begin like that. */
export function begin(opening: TraceOpening): {
  readonly env: Env<CommandBytes> & { readonly log: MemoryLog<CommandBytes> };
  readonly state: State;
} {
  const { config, hard, base, entries, snapshot, horizon } = opening;
  const log = new MemoryLog<CommandBytes>((command) => command.length, entries, base);
  const state = restore(hard, log, { snapshot, horizon, leases: config.leases });
  return { env: { config, log }, state };
}
