import {
  checkArgument,
  checkOptions,
  fields,
  isRecord,
  oneOf,
  rule,
  type Schema,
} from "@kontiki/actors/node";
import { givenOperations } from "./given-operations.ts";
import { READING, type Reading } from "./reading.ts";
import type { Value } from "./value.ts";

/** What a client requested, in the terms of a history file. */
export type Call = {
  /** The name of the function: "read", "write", ... */
  readonly f: string;
  /** The object that it addresses, when there are several. */
  readonly key?: Value;
  /** Its argument; null for none. */
  readonly value: Value;
  /** Whether a file has no argument of a function that has one in the models of this package. */
  readonly lacksValue?: true;
};

/**
 * One operation of one client.
 *
 * If it took effect, it did so at one moment between `call` and `return`, both included. So two operations are concurrent
 * when one returns at the exact time of the other's call: a clock that is too coarse to order them must not cause a
 * violation. Where more is known, `turn` adds it.
 */
export type Operation<Input = Call, Output = Value> = {
  /** The client. Shown to people only: the checker does not assume that a client runs one operation at a time. */
  readonly process: string;
  /** The time of its call, in the time unit of the history. A finite number. */
  readonly call: number;
  /** The request. */
  readonly input: Input;
  /**
   * The object that it addresses, as the text of the call's key: `interpretHistory` sets it. Each object is judged by
   * itself, whatever the model.
   */
  readonly object?: string;
  /**
   * Its position in a claimed order of effects, for example the index of its entry in the log. The checker verifies the
   * claim and never trusts it. Operations with the same position are ordered by their calls.
   */
  readonly order?: number;
  /**
   * Which operation of its process it is, from 0, for a process that runs one at a time. Needed only when its times touch
   * those of another: then the lower number comes first, although the times alone would leave the order open. It binds the
   * operations on one object: across objects, touching times are no interval order, so judging each by itself is weaker.
   */
  readonly turn?: number;
  /** The line of the file that has its call. Errors name it. */
  readonly line?: number;
  /** The line that has its return, if that is another one. */
  readonly endLine?: number;
} & Ending<Output>;

/** How an operation ended. */
export type Ending<Output> =
  /** It took effect and returned `output`. `return >= call`. */
  | { readonly status: "ok"; readonly return: number; readonly output: Output }
  /** It is known to have had no effect. */
  | { readonly status: "failed"; readonly return: number }
  /** Unknown: it may have taken effect at any time after its call, may do so later, or never. */
  | { readonly status: "open" };

/** Something that happened to the system while the history was recorded. Shown to people; the checker ignores it. */
export type Mark =
  /** A fault from `from` to `to`; without `to` it never ended. `node` is set when it affects one node. */
  | {
      readonly type: "fault";
      readonly text: string;
      readonly from: number;
      readonly to?: number;
      readonly node?: string;
    }
  /** A node that led from `from` to `to`; without `to` it never stopped. */
  | {
      readonly type: "leader";
      readonly node: string;
      readonly term?: number;
      readonly from: number;
      readonly to?: number;
    };

/** The unit of a history's times: steps, when there is only an order and no clock, or a unit of time. */
export type TimeUnit = "step" | "ns" | "us" | "ms" | "s";

/** Operations in the order of their calls, with the faults and leaders of the run. */
export type History<Input = Call, Output = Value> = {
  /** The operations, ordered by the time of their calls. */
  readonly operations: readonly Operation<Input, Output>[];
  /** Faults and leaders. */
  readonly marks: readonly Mark[];
  /** The unit of `call` and `return`. */
  readonly unit: TimeUnit;
  /** What time it was at each step, when `unit` is "step" and there was a clock. */
  readonly clock?: StepClock;
  /** How the file was read, when its format leaves a choice. */
  readonly reading?: Reading;
};

/**
 * The times of the steps of a history. They are shown to people and decide nothing: the steps are the order that is
 * certain, and a clock can be coarser.
 */
export type StepClock = {
  /** The unit of the times. */
  readonly unit: TimeUnit;
  /** The time of each step, never lower than the one before. */
  readonly times: readonly number[];
};

/** What a history has besides its operations. */
export type HistoryOptions = {
  /** Faults and leaders. Default: none. */
  readonly marks?: readonly Mark[];
  /** The unit of its times. Default: "step". */
  readonly unit?: TimeUnit;
  /** What time it was at each step. Default: there was no clock. */
  readonly clock?: StepClock;
  /** How it was read. Default: nothing was left open. */
  readonly reading?: Reading;
};

const LIST = rule<readonly Mark[]>("a list", (value) => Array.isArray(value));

const isReading = rule<Reading>("the reading of a history", isRecord);

const HISTORY_OPTIONS: Schema<HistoryOptions> = {
  marks: LIST,
  unit: oneOf("step", "ns", "us", "ms", "s"),
  clock: rule(
    "the clock of a history",
    (value) => isRecord(value) && Array.isArray(value["times"]),
  ),
  reading: (value, path) => isReading(value, path) ?? fields(READING)(value, path),
};

/**
 * Sorts operations by their calls. Operations with the same time keep their order. Operations of one process may overlap,
 * as those of a client that pipelines: they are concurrent. In a file that is an error.
 *
 * @throws KontikiError for an operation with a status or a time that cannot be.
 */
export function makeHistory<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  options: HistoryOptions = {},
): History<Input, Output> {
  checkArgument("makeHistory", "operations", givenOperations, operations);
  checkOptions("makeHistory", HISTORY_OPTIONS, options);
  const { marks = [], unit = "step", clock, reading } = options;
  return {
    operations: operations.toSorted((one, other) => one.call - other.call),
    marks,
    unit,
    ...(clock === undefined ? {} : { clock }),
    ...(reading === undefined ? {} : { reading }),
  };
}

/** The time when an operation returned. Infinite for an open one, which may take effect at any later time. */
export function returnTime(operation: Operation<unknown, unknown>): number {
  return operation.status === "open" ? Infinity : operation.return;
}
