import {
  either,
  fields,
  isRecord,
  listOf,
  needed,
  oneOf,
  rule,
  text,
  whole,
  type Schema,
} from "@kontiki/actors/node";
import { emptyTally, type Tally } from "@kontiki/testing";

/** The worker that a result is from. */
export type WorkerName = {
  /** Another one for each process. */
  readonly id: string;
  /** The name of its machine. */
  readonly host: string;
  /** The id of its process there. */
  readonly pid: number;
  /** How many runs it makes at once. */
  readonly jobs: number;
};

/** The results of a range: of all its scenarios, or of a part of them if all would be too large for a message. */
export type RangeTallies = {
  readonly type: "tallies";
  readonly range: number;
  /** The position of the first scenario. */
  readonly from: number;
  readonly tallies: readonly Tally[];
  readonly worker: WorkerName;
};

/** A range that ended in an error of the tool as often as it was given out, or was lost as often. */
export type RangeBroken = {
  readonly type: "broken";
  readonly range: number;
  readonly reason: string;
  readonly worker: WorkerName;
};

/** What a worker publishes of a range. */
export type RangeResult = RangeTallies | RangeBroken;

/** Distinguishes results of one range: the server drops a second one with the same key. */
export function keyOf(result: RangeResult): string {
  return result.type === "broken" ? `${result.range}.broken` : `${result.range}.${result.from}`;
}

const WORKER: Schema<WorkerName> = {
  id: needed(text("an id")),
  host: needed(text("a name")),
  pid: needed(whole(0)),
  jobs: needed(whole(1)),
};

/** Its parts are as in an empty one: lists are lists, counts are counts. */
const tally = rule<Tally>("a tally", (value) => {
  if (!isRecord(value)) return false;
  return Object.entries(emptyTally).every(([name, empty]) => {
    const found = value[name];
    if (Array.isArray(empty)) return Array.isArray(found);
    return typeof empty === "number" ? Number.isFinite(found) : isRecord(found);
  });
});

const TALLIES: Schema<RangeTallies> = {
  type: needed(oneOf("tallies")),
  range: needed(whole(0)),
  from: needed(whole(0)),
  tallies: needed(listOf(tally, "a list of tallies")),
  worker: needed(fields(WORKER)),
};

const BROKEN: Schema<RangeBroken> = {
  type: needed(oneOf("broken")),
  range: needed(whole(0)),
  reason: needed(text("a reason")),
  worker: needed(fields(WORKER)),
};

const isBroken = (value: unknown): boolean => isRecord(value) && value["type"] === "broken";

const isResult = either(isBroken, fields(BROKEN), fields(TALLIES));

/** A result that came over the network; undefined for anything else. */
export function resultOf(value: unknown): RangeResult | undefined {
  return isResult(value, "result") === undefined ? (value as RangeResult) : undefined;
}

/** A result in messages of at most so many bytes, each with the scenarios that fit. `bytesOf` encodes one. */
export function parts(
  result: RangeResult,
  bytesOf: (part: RangeResult) => Uint8Array,
  most: number,
): readonly { readonly key: string; readonly bytes: Uint8Array }[] {
  const bytes = bytesOf(result);
  if (bytes.length <= most || result.type === "broken" || result.tallies.length < 2)
    return [{ key: keyOf(result), bytes }];
  const half = result.tallies.length >> 1;
  const first = { ...result, tallies: result.tallies.slice(0, half) };
  const rest = { ...result, from: result.from + half, tallies: result.tallies.slice(half) };
  return [...parts(first, bytesOf, most), ...parts(rest, bytesOf, most)];
}
