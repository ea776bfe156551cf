import type { Value } from "./value.ts";

/** One event of a Jepsen history: a process starts an operation or learns its outcome. */
export type JepsenEvent = {
  /** The canonical text of the value that names it, or the text of a log. */
  readonly process: string;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly f: string;
  readonly key?: Value;
  readonly value: Value;
  /** Whether the event has no value at all, which is not the same as the value nil. */
  readonly lacksValue?: boolean;
  /** Whether the event gives a reason. A reason of any kind means that the operation had no effect. */
  readonly hasReason: boolean;
  /** Its position by the file's own count, which may have gaps. */
  readonly index?: number | bigint;
  /** Nanoseconds, exact; undefined when the file has no times. Large ones count from the first time of the file. */
  readonly time: number | undefined;
};
