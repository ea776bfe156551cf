import { inspect } from "#platform";

/**
 * The rules that options are checked by. TypeScript checks them for those who write it; these are for those who write
 * JavaScript.
 *
 * @module
 */

declare const allowed: unique symbol;

/**
 * What a value may be. It returns what is wrong with one, as a sentence that begins with the path of the value;
 * undefined when nothing is wrong. `Value` is the exact type of what is allowed: a rule for another type does not compile.
 */
export interface Rule<Value> {
  (value: unknown, path: string): string | undefined;
  /** Of a rule for words: the words. */
  readonly words?: readonly string[];
  readonly [allowed]?: (value: Value) => Value;
}

/** A rule from a test. `give` says what is allowed: it is the end of "it is ...: give". */
export function rule<Value>(give: string, isAllowed: (value: unknown) => boolean): Rule<Value> {
  return (value, path) =>
    isAllowed(value) ? undefined : `${path} is ${shown(value)}: give ${give}`;
}

/** A whole number between these bounds, both included. */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Rule<number> {
  const give = `a whole number from ${least}${upTo(most, Number.MAX_SAFE_INTEGER)}`;
  return rule(give, (value) => Number.isSafeInteger(value) && isBetween(value, least, most));
}

/** A number between these bounds, both included. */
export function decimal(least: number, most: number, example = ""): Rule<number> {
  return rule(`a number from ${least} to ${most}${example}`, (value) =>
    isBetween(value, least, most),
  );
}

/** The longest time of a setting, in ms: 12 days. */
const SETTING_MS_MAX = 2 ** 30;

/** A setting in ms. */
export function milliseconds(least: number): Rule<number> {
  return rule(`a number of milliseconds from ${least}`, (value) =>
    isBetween(value, least, SETTING_MS_MAX),
  );
}

/** How long to wait, in ms. Infinity is a wait without end. */
export const patience: Rule<number> = rule("a number of milliseconds from 0", (value) =>
  isBetween(value, 0, Infinity),
);

/** Yes or no. */
export const flag: Rule<boolean> = rule("true or false", (value) => typeof value === "boolean");

/** A text that is not empty. */
export function text(give: string): Rule<string> {
  return rule(give, (value) => typeof value === "string" && value !== "");
}

/** The path of a file or a folder. No operating system has one with the character NUL. */
export function path(give: string): Rule<string> {
  const named = text(give);
  return (value, place) =>
    named(value, place) ??
    (String(value).includes("\0")
      ? `${place} is ${shown(value)}: no path has the character NUL (\\x00)`
      : undefined);
}

/** The path of a folder. */
export const folder: Rule<string> = path("the path of a folder");

/** A function. */
export function callable<Callable extends (...args: never[]) => unknown>(
  give: string,
): Rule<Callable> {
  return rule(`a function${give}`, (value) => typeof value === "function");
}

/** A signal, of any realm. */
export const signal: Rule<AbortSignal> = rule("an AbortSignal", (value) => {
  if (typeof value !== "object" || value === null) return false;
  const { aborted, addEventListener } = value as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
});

/** Several of one kind. */
export function listOf<Item>(item: Rule<Item>, give: string): Rule<readonly Item[]> {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} is ${shown(value)}: give ${give}`;
    // Array.from shows the holes of a sparse array, too.
    const wrong = Array.from(value, (one, at) => item(one, `${path}[${at}]`));
    return wrong.find((text) => text !== undefined);
  };
}

/** What either rule allows; `isFirst` says which one judges a value. */
export function either<First, Second>(
  isFirst: (value: unknown) => boolean,
  first: Rule<First>,
  second: Rule<Second>,
): Rule<First | Second> {
  return (value, path) => (isFirst(value) ? first : second)(value, path);
}

/**
 * Whether it is an object whose properties are options: no list, no promise that was not awaited, no map, and no signal
 * in the place of `{ signal }`.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Object]" || tag === "[object Module]";
}

/** A value on one line, with its content when it is plain. Nothing of the value's own runs. */
export function shown(value: unknown): string {
  const text = inspect(value, {
    depth: Array.isArray(value) || isRecord(value) ? 0 : -1,
    breakLength: Infinity,
    compact: true,
    customInspect: false,
    maxArrayLength: 5,
    maxStringLength: 60,
  }).replaceAll(/\s*\n\s*/g, " ");
  return text.length <= LENGTH_MAX ? text : `${text.slice(0, LENGTH_MAX)}...`;
}

const LENGTH_MAX = 120;

function isBetween(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

function upTo(most: number, unbounded: number): string {
  return most === unbounded ? "" : ` to ${most}`;
}
