import type { Operation } from "../history/history.ts";

/** The output of an operation; undefined for an open one. */
export function outputOf<Output>(operation: Operation<unknown, Output>): Output | undefined {
  return operation.status === "ok" ? operation.output : undefined;
}
