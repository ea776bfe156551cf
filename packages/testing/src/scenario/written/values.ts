import { nearest, shown } from "@kontiki/actors/node";
import * as v from "valibot";

/**
 * The smallest parts of the schema: the values that people write in a scenario, and what they mean. Each has its own
 * message about what is allowed; valibot's messages name types, which does not help authors of YAML.
 *
 * @module
 */

/** A time: a number of ms, or a text such as "250ms", "1.5s", "2m". */
export type Duration = number | string;

/** From one to another: two values, or a text such as "1ms..5ms"; a single value stands for both. */
export type DurationRange = Duration | readonly [least: Duration, most: Duration];

/** A share: a number from 0 to 1, or a text such as "10%". */
export type Share = number | string;

/** The longest time, in ms: a day. */
const DURATION_MAX = 24 * 60 * 60 * 1000;

const UNITS: Readonly<Record<string, number>> = { "": 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * One written value. `phrase` tells what is allowed: it is the end of "it is ...: give", or a function that makes the whole
 * advice from the wrong value. `convert` gives undefined for a wrong value.
 */
function written<Input, Output>(
  phrase: string | ((value: unknown) => string),
  convert: (value: unknown) => Output | undefined,
): v.GenericSchema<Input, Output> {
  const schema = v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }): Output => {
      const converted = convert(dataset.value);
      if (converted !== undefined) return converted;
      const advice = typeof phrase === "string" ? `give ${phrase}` : phrase(dataset.value);
      addIssue({ message: `is ${shown(dataset.value)}: ${advice}` });
      return NEVER;
    }),
  );
  return schema as unknown as v.GenericSchema<Input, Output>;
}

/** A whole number between these bounds, both included. */
export function whole(least: number, most: number): v.GenericSchema<number> {
  return written(`a whole number from ${least} to ${most}`, (value) =>
    isBetween(value, least, most) && Number.isInteger(value) ? value : undefined,
  );
}

/** A number between these bounds, both included. */
export function number(least: number, most: number): v.GenericSchema<number> {
  return written(`a number from ${least} to ${most}`, (value) =>
    isBetween(value, least, most) ? value : undefined,
  );
}

/** A time of at least this many ms; a day at most. */
export function duration(least: number): v.GenericSchema<Duration, number> {
  return written(`a time from ${least}ms to 24h, such as 250ms, 1.5s or 2m`, (value) =>
    within(msOf(value), least),
  );
}

/** A step of a clock in ms, back when it is negative. */
export const jump: v.GenericSchema<Duration, number> = written(
  "a time such as 500ms, or -500ms to go back, of 24h at most",
  (value) => within(msOf(value), -DURATION_MAX),
);

/** Two times of at least this many ms, the first not longer than the second. */
export function durations(
  least: number,
): v.GenericSchema<DurationRange, readonly [number, number]> {
  return written(
    `a range of times such as 1ms..5ms, or one time, from ${least}ms to 24h`,
    (value) => {
      const ends = typeof value === "string" ? value.split("..") : value;
      const [first, last = first, ...more] = (Array.isArray(ends) ? ends : [ends]) as unknown[];
      const [from, to] = [within(msOf(first), least), within(msOf(last), least)];
      if (from === undefined || to === undefined || from > to || more.length > 0) return undefined;
      return [from, to] as const;
    },
  );
}

/** A share of all. */
export const share: v.GenericSchema<Share, number> = written(
  "a number from 0 to 1, or a share such as 10%",
  (value) => {
    const percent = typeof value === "string" ? /^(\d+(?:\.\d+)?)%$/.exec(value.trim()) : undefined;
    const of = percent ? Number(percent[1]) / 100 : value;
    return isBetween(of, 0, 1) ? of : undefined;
  },
);

/** Yes or no. */
export const flag: v.GenericSchema<boolean> = written("true or false", (value) =>
  typeof value === "boolean" ? value : undefined,
);

/** Any text. */
export const text: v.GenericSchema<string> = written("a string", (value) =>
  typeof value === "string" ? value : undefined,
);

/** A text of letters, digits, - and _. */
export const name: v.GenericSchema<string> = written(
  "a name of letters, digits, - and _",
  (value) => (typeof value === "string" && /^[\w-]+$/.test(value) ? value : undefined),
);

/** One of these words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): v.GenericSchema<Word> {
  const advice = (value: unknown): string => {
    const near = nearest(String(value), words);
    return near === undefined ? `give one of ${words.join(", ")}` : `did you mean ${near}?`;
  };
  return written(advice, (value) => words.find((word) => word === value));
}

/** How often something must or may happen: a count, from 0. */
export const counts: v.GenericSchema<Readonly<Record<string, number>>> = v.record(
  v.string(),
  whole(0, Number.MAX_SAFE_INTEGER),
  (issue) => `is ${shown(issue.input)}: give names with counts, such as elections: 2`,
);

/** Several of one kind; `phrase` tells what is allowed. */
export function list<Item extends v.BaseSchema<unknown, unknown, v.BaseIssue<unknown>>>(
  item: Item,
  phrase: string,
): v.ArraySchema<Item, (issue: v.ArrayIssue) => string> {
  return v.array(item, ({ input }) => `is ${shown(input)}: give ${phrase}`);
}

/**
 * Named fields and no others. The message for an unknown name gives the name that it looks like, or else all names.
 *
 * @param word what may be written instead of them.
 */
export function fields<const Entries extends v.ObjectEntries>(
  entries: Entries,
  word?: string,
): v.StrictObjectSchema<Entries, (issue: v.StrictObjectIssue) => string> {
  const names = Object.keys(entries);
  return v.strictObject(entries, ({ expected, received, input }) => {
    if (expected === "never") return unknownName(JSON.parse(received) as string, names);
    if (received === "undefined") return "is missing";
    const either = word === undefined ? "" : `${word}, or `;
    return `is ${shown(input)}: give ${either}names with values; the names are ${names.join(", ")}`;
  });
}

/** The message about an unknown name. */
export function unknownName(wrong: string, names: readonly string[]): string {
  const near = nearest(wrong, names);
  return near === undefined
    ? `is not known here: the names are ${names.join(", ")}`
    : `is not known here: did you mean ${near}?`;
}

function isBetween(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && value >= least && value <= most;
}

/** Times are whole ms; a fraction is rounded up, so that nothing becomes shorter than it was written. */
function msOf(value: unknown): number | undefined {
  if (typeof value === "number") return Math.ceil(value);
  if (typeof value !== "string") return undefined;
  const [, amount, unit = ""] = /^\s*(-?\d+(?:\.\d+)?)\s*(ms|s|m|h)?\s*$/.exec(value) ?? [];
  const factor = UNITS[unit];
  return amount === undefined || factor === undefined
    ? undefined
    : Math.ceil(Number(amount) * factor);
}

function within(ms: number | undefined, least: number): number | undefined {
  return isBetween(ms, least, DURATION_MAX) ? ms : undefined;
}
