import { flag, oneOf, rule, type Schema } from "@kontiki/actors/node";
import { valueProblem } from "./value-problem.ts";
import type { Value } from "./value.ts";

/**
 * What a compare-and-set that ended `:fail` in a Jepsen history means: that it had no effect, like every other operation
 * that failed, or that it looked and found another value, which constrains the value.
 */
export const FAILED_CAS = ["no-effect", "observed"] as const;

/** One of {@link FAILED_CAS}. */
export type FailedCas = (typeof FAILED_CAS)[number];

/** How to read a history where the file leaves a choice. */
export type ReadingOptions = {
  /**
   * What a failed compare-and-set of a Jepsen history means. Default: "no-effect", which is how Jepsen defines `:fail`. JSON
   * lines have a status for each, so the option is an error there.
   */
  readonly failedCas?: FailedCas;
  /**
   * Whether each value is `[key value]`, as of `jepsen.independent`, so that each key is an object. Default: no, and an
   * error for a history that looks like it.
   */
  readonly independent?: boolean;
  /** The value of each object before all operations. Default: that of the model, which is absent or empty. */
  readonly initial?: Value;
  /**
   * Whether a read, get, dequeue or contains that returned null, and a read of a txn that did, was not recorded, so that it may
   * have returned anything. Default: it found nothing.
   */
  readonly unknownReads?: boolean;
};

const VALUE = rule<Value>("a value as in a file", (value) => {
  if (value === undefined || ArrayBuffer.isView(value)) return false;
  return valueProblem(value, "") === undefined;
});

/** What is allowed in {@link ReadingOptions}. */
export const READING_OPTIONS: Schema<ReadingOptions> = {
  failedCas: oneOf(...FAILED_CAS),
  independent: flag,
  initial: VALUE,
  unknownReads: flag,
};

/** How a history was read. It is part of every report: the verdict depends on it. */
export type Reading = {
  /** Only of the formats of Jepsen. */
  readonly failedCas?: FailedCas;
  /** Whether values were `[key value]`; false if some could have been, and were values of one object. */
  readonly independent?: boolean;
  /** The value of each object before all operations. */
  readonly initial?: Value;
  /** Whether a read, get, dequeue or contains that returned null, or a read of a txn, may have returned anything. */
  readonly unknownReads?: true;
};

/** Whether a history was in one of the formats of Jepsen. */
export function isOfJepsen(reading: Reading | undefined): boolean {
  return reading?.failedCas !== undefined;
}

const yes = rule<true>("true, or leave it out", (value) => value === true);

/** What is allowed in a {@link Reading}. */
export const READING: Schema<Reading> = {
  failedCas: READING_OPTIONS.failedCas,
  independent: flag,
  initial: VALUE,
  unknownReads: yes,
};

/** The reading of a history; undefined when its format leaves no choice and no option was given. */
export function readingOf(options: ReadingOptions): Reading | undefined {
  const { failedCas, independent, initial, unknownReads } = options;
  const reading: Reading = {
    ...(failedCas === undefined ? {} : { failedCas }),
    ...(independent === undefined ? {} : { independent }),
    ...(initial === undefined ? {} : { initial }),
    ...(unknownReads === true ? { unknownReads } : {}),
  };
  return Object.keys(reading).length === 0 ? undefined : reading;
}
