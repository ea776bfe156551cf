import type { Value } from "./value.ts";

/** One line of a Jepsen history: a process calls something, or hears how that went. */
export type JepsenEvent = {
  readonly process: string;
  readonly type: "invoke" | "ok" | "fail" | "info";
  readonly f: string;
  readonly key?: Value;
  readonly value: Value;
  /** Why it failed, as far as it is told. A reason of any kind means that nothing came of it. */
  readonly hasReason: boolean;
  /** Nanoseconds, if the file has a clock. */
  readonly time: number | undefined;
};
