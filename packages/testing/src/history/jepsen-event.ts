import type { Value } from "./value.ts";

/** One event of a Jepsen history: a process starts an operation or learns its outcome. */
export type JepsenEvent = {
  readonly process: string;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly f: string;
  readonly key?: Value;
  readonly value: Value;
  /** Whether the event gives a reason. A reason of any kind means that the operation had no effect. */
  readonly hasReason: boolean;
  /** Nanoseconds; undefined when the file has no times. */
  readonly time: number | undefined;
};
