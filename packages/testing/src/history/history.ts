import type { Value } from "./value.ts";

/** What a client asked for, as a file tells it. */
export type Call = {
  /** The name of the function: "read", "write", ... */
  readonly f: string;
  /** The object it is about when there are several. */
  readonly key?: Value;
  /** Its argument, null if it has none. */
  readonly value: Value;
};

/**
 * One operation of one client.
 *
 * It took effect, if it did, at one moment from `call` to `return`, both included: two operations of
 * which one returns at the very time the other is called count as concurrent, because a clock that is
 * too coarse to order them must not make a violation.
 */
export type Operation<Input = Call, Output = Value> = {
  /** The client. Only for the reader's eye: the checker does not assume that a client does one thing at a time. */
  readonly process: string;
  /** When it was called, in the history's unit of time. A finite number. */
  readonly call: number;
  /** What was asked for. */
  readonly input: Input;
  /**
   * Its place in an order that somebody claims to be the order of effects, for example the index of
   * its entry in the log. A claim is verified, never believed. Operations of one place count in the
   * order of their calls.
   */
  readonly order?: number;
} & Ending<Output>;

/** How an operation ended. */
export type Ending<Output> =
  /** It took effect and returned `output`. `return >= call`. */
  | { readonly status: "ok"; readonly return: number; readonly output: Output }
  /** It is known to have had no effect. */
  | { readonly status: "failed"; readonly return: number }
  /** Nobody knows: it may have taken effect at any time after its call, or may do so later, or never. */
  | { readonly status: "open" };

/** What befell the system while the history was recorded. Shown to people; the checker does not look at it. */
export type Mark =
  /** A fault from `from` to `to`, undefined while it never ended; `node` where it is about one node. */
  | {
      readonly type: "fault";
      readonly text: string;
      readonly from: number;
      readonly to?: number;
      readonly node?: string;
    }
  /** A node that led from `from` to `to`, undefined while it never stopped. */
  | {
      readonly type: "leader";
      readonly node: string;
      readonly term?: number;
      readonly from: number;
      readonly to?: number;
    };

/** What the times of a history count: steps of an order that has no clock, or time. */
export type TimeUnit = "step" | "ns" | "us" | "ms" | "s";

/** Operations in the order of their calls, with what else is known of the run. */
export type History<Input = Call, Output = Value> = {
  /** The operations, by time of call. */
  readonly operations: readonly Operation<Input, Output>[];
  /** Faults and leaders. */
  readonly marks: readonly Mark[];
  /** What `call` and `return` count. */
  readonly unit: TimeUnit;
};

/** Puts operations in the order of their calls; those of one time stay as they are. */
export function makeHistory<Input, Output>(
  operations: readonly Operation<Input, Output>[],
  { marks = [], unit = "step" }: { marks?: readonly Mark[]; unit?: TimeUnit } = {},
): History<Input, Output> {
  return { operations: operations.toSorted((one, other) => one.call - other.call), marks, unit };
}

/** When an operation returned; infinite for one that never did, which may take effect at any later time. */
export function returnTime(operation: Operation<unknown, unknown>): number {
  return operation.status === "open" ? Infinity : operation.return;
}
