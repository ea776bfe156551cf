import type { Value } from "./value.ts";

/** One event of a Jepsen history: a process starts an operation or learns its outcome. */
export type JepsenEvent = {
  readonly process: string;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly f: string;
  readonly key?: Value;
  readonly value: Value;
  /** Whether the event has no value at all, which is not the same as the value nil. */
  readonly lacksValue?: boolean;
  /** Whether the event gives a reason. A reason of any kind means that the operation had no effect. */
  readonly hasReason: boolean;
  /** Its position in the history; undefined when the file has none. */
  readonly index?: number;
  /** Nanoseconds; undefined when the file has no times. */
  readonly time: number | undefined;
};
