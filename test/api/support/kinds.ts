/**
 * What values of each kind are wrong, and how an error shows them: written down independently of the rules in the packages.
 */

/** Values that JavaScript lets through, and how an error shows them. */
const VALUES: readonly (readonly [value: unknown, shown: string])[] = [
  [null, "null"],
  [true, "true"],
  [Number.NaN, "NaN"],
  [Infinity, "Infinity"],
  [-1, "-1"],
  [0.5, "0.5"],
  [1e300, "1e+300"],
  [7n, "7n"],
  ["", "''"],
  ["5000", "'5000'"],
  [Symbol("s"), "Symbol(s)"],
  [[], "[]"],
  [{}, "{}"],
  [new Map(), "Map(0) {}"],
  [new AbortController(), "AbortController {}"],
  [() => undefined, "[Function (anonymous)]"],
];

/** A kind of value: what an error says to give, and which of the values above are right. */
export type Kind = {
  readonly give: string;
  readonly right: (value: unknown) => boolean;
  /** Instead of `is <value>: give <give>`. */
  readonly text?: (shown: string) => string;
};

/** The wrong values of a kind, and the end of the error's sentence that begins with the name. */
export function wrongValues({ give, right, text }: Kind): (readonly [unknown, string])[] {
  const said = text ?? ((shown: string): string => `is ${shown}: give ${give}`);
  return VALUES.filter(([value]) => !right(value)).map(([value, shown]) => [value, said(shown)]);
}

export function kind(give: string, right: (value: unknown) => boolean = () => false): Kind {
  return { give, right };
}

function isNumber(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

export function whole(least: number, most?: number): Kind {
  const give = `a whole number from ${least}${most === undefined ? "" : ` to ${most}`}`;
  return kind(
    give,
    (value) =>
      Number.isSafeInteger(value) && isNumber(value, least, most ?? Number.MAX_SAFE_INTEGER),
  );
}

export function decimal(least: number, most: number, end = ""): Kind {
  return kind(`a number from ${least} to ${most}${end}`, (value) => isNumber(value, least, most));
}

export function setting(leastMs: number): Kind {
  return kind(`a number of milliseconds from ${leastMs}`, (value) =>
    isNumber(value, leastMs, 2 ** 30),
  );
}

export const PATIENCE = kind("a number of milliseconds from 0", (value) =>
  isNumber(value, 0, Infinity),
);

export const SIGNAL = kind("an AbortSignal");

export const FLAG = kind("true or false", (value) => typeof value === "boolean");

export function callable(end = ""): Kind {
  return kind(`a function${end}`, (value) => typeof value === "function");
}

/** A text that is not empty. */
export function text(give: string): Kind {
  return kind(give, (value) => typeof value === "string" && value !== "");
}

/** Any text. */
export function anyText(give: string): Kind {
  return kind(give, (value) => typeof value === "string");
}

export const FOLDER = text("the path of a folder");

export const SOME_NODE = text("the name of a node");

export function words(...all: readonly string[]): Kind {
  return kind(`one of ${all.join(", ")}`);
}

/** An object with fields. An empty one is right if none of them is needed. */
export function record(like: string, isEmptyRight = false): Kind {
  const isEmpty = (value: unknown): boolean =>
    `${String(value)}` === "[object Object]" && value?.constructor === Object;
  return kind(
    `an object such as ${like}`,
    (value) => typeof value === "object" && isEmptyRight && isEmpty(value),
  );
}
