import type { Datum } from "./datum.ts";

/** One operation of a generated history. Its times are positions in the order of all calls and ends. */
export type Act = {
  readonly process: number;
  readonly f: string;
  readonly key: number | undefined;
  readonly value: Datum;
  readonly call: number;
  readonly end: ActEnd;
};

/** How an operation ended. */
export type ActEnd =
  /** It returned `output`. */
  | { readonly type: "ok"; readonly at: number; readonly output: Datum }
  /** It had no effect; the client knows why, or not. */
  | { readonly type: "fail"; readonly at: number; readonly hasReason: boolean }
  /** The client gave up and knows nothing. */
  | { readonly type: "info"; readonly at: number }
  /** The history ends first. */
  | { readonly type: "none" };

/** A generated history, in the order of the calls. */
export type Story = readonly Act[];
