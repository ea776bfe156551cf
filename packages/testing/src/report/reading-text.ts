import type { History } from "../history/history.ts";
import type { FailedCas } from "../history/reading.ts";
import { canonical } from "../history/value.ts";

/** How a history was read, for programs. */
export type ReadingReport = {
  /** Of a Jepsen history: what a compare-and-set that ended `:fail` means. */
  readonly failedCas?: FailedCas;
  /** Whether the values were `[key value]` of independent keys; false if some could have been, and were not. */
  readonly independent?: boolean;
  /** The value of each object before all operations, as the canonical text of the value. */
  readonly initial?: string;
  /** Whether a read of null may have returned anything. */
  readonly unknownReads?: true;
};

/** How a history was read, as plain data; undefined when its format leaves no choice. */
export function readingReport({
  reading,
}: Pick<History<unknown, unknown>, "reading">): ReadingReport | undefined {
  if (reading === undefined) return undefined;
  const { initial, ...rest } = reading;
  return initial === undefined ? rest : { ...rest, initial: canonical(initial) };
}

const FAILED_CAS: Readonly<Record<FailedCas, string>> = {
  "no-effect": "an operation that ended :fail had no effect",
  observed: "a cas that ended :fail found another value",
};

const UNKNOWN_READS = "a read, get, dequeue, contains, or read of a txn, of nil is not recorded";

const INDEPENDENT = {
  true: "values are [key value]",
  false: "pairs are values of one object, not [key value]",
} as const;

/** How a history was read, in one line; undefined when its format leaves no choice. */
export function readingText(
  history: Pick<History<unknown, unknown>, "reading">,
): string | undefined {
  const reading = readingReport(history);
  if (reading === undefined) return undefined;
  const { failedCas, independent, initial, unknownReads } = reading;
  const parts = [
    ...(failedCas === undefined ? [] : [FAILED_CAS[failedCas]]),
    ...(independent === undefined ? [] : [INDEPENDENT[`${independent}`]]),
    ...(initial === undefined ? [] : [`the initial value is ${initial}`]),
    ...(unknownReads === true ? [UNKNOWN_READS] : []),
  ];
  return `read as: ${parts.join("; ")}`;
}
