import type { Exact } from "./exact.ts";

/**
 * A value of EDN that JSON does not have. No JSON value equals it.
 *
 * `text` is its canonical text, in the spelling of EDN.
 */
export abstract class EdnValue {
  /** The kind of value. */
  abstract readonly type: string;
  /** A text that two values share exactly when they are equal. */
  readonly text: string;

  /** Makes a value with its canonical text. */
  constructor(text: string) {
    this.text = text;
  }

  /** The canonical text. */
  toString(): string {
    return this.text;
  }
}

/** Whether EDN can write a keyword or a symbol of this name, and no reader of Clojure takes it for something else. */
export function isName(name: string): boolean {
  if (!/^[^:@~`\s,;"()[\]{}\\][^\s,;"()[\]{}\\]*$/.test(name)) return false;
  return !name.endsWith(":") && !name.includes("::");
}

/** The name of a keyword or a symbol. @throws TypeError when EDN cannot write it: its text could be that of other values. */
function written(name: string, kind: "keyword" | "symbol"): string {
  if (isName(name)) return name;
  throw new TypeError(`${JSON.stringify(name)} cannot be the name of a ${kind}`);
}

/** A keyword, such as `:timeout`. */
export class EdnKeyword extends EdnValue {
  readonly type = "keyword";
  /** The name without the colon, with its namespace if it has one. */
  readonly name: string;

  /** Makes a keyword from a name without the colon. */
  constructor(name: string) {
    super(`:${written(name, "keyword")}`);
    this.name = name;
  }
}

/** A symbol, such as `n1`. Its text has a quote in front, so that it differs from `null` and from a number. */
export class EdnSymbol extends EdnValue {
  readonly type = "symbol";
  /** The name, with its namespace if it has one. */
  readonly name: string;

  /** Makes a symbol. */
  constructor(name: string) {
    super(`'${written(name, "symbol")}`);
    this.name = name;
  }
}

/** The characters that EDN writes by name. */
export const CHARACTERS: ReadonlyMap<string, string> = new Map([
  ["newline", "\n"],
  ["return", "\r"],
  ["space", " "],
  ["tab", "\t"],
  ["formfeed", "\f"],
  ["backspace", "\b"],
]);

const NAMES = new Map([...CHARACTERS].map(([name, char]) => [char, name]));

/** A character, such as `\a`. */
export class EdnCharacter extends EdnValue {
  readonly type = "character";
  /** The character itself. */
  readonly char: string;

  /** Makes a character from a string of one code point. */
  constructor(char: string) {
    super(`\\${NAMES.get(char) ?? (/[\p{L}\p{N}\p{P}\p{S}]/u.test(char) ? char : escaped(char))}`);
    this.char = char;
  }
}

function escaped(char: string): string {
  return `u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;
}

/**
 * A double without a fraction, such as `1.0`, which is not the integer `1`. Doubles with a fraction are plain numbers.
 */
export class EdnFloat extends EdnValue {
  readonly type = "float";
  /** Its value. */
  readonly value: number;

  /** Makes a double. */
  constructor(value: number) {
    // Negative zero equals zero, in EDN and in Clojure.
    const text = String(value);
    super(text.includes("e") ? text : `${text}.0`);
    this.value = value === 0 ? 0 : value;
  }
}

/** A ratio in lowest terms, such as `1/3`. */
export class EdnRatio extends EdnValue {
  readonly type = "ratio";
  /** The numerator, with the sign. */
  readonly numerator: bigint;
  /** The denominator, at least 2. */
  readonly denominator: bigint;

  /** Makes a ratio that is in lowest terms. */
  constructor(numerator: bigint, denominator: bigint) {
    super(`${numerator}/${denominator}`);
    this.numerator = numerator;
    this.denominator = denominator;
  }
}

/** How many zeros a decimal's text may have before it uses an exponent. */
const ZEROS_MAX = 20;

/** An exact decimal, such as `0.10M`, or a JSON number with more digits than a double keeps. `1.0M` equals `1M`. */
export class EdnDecimal extends EdnValue {
  readonly type = "decimal";
  /** The decimal is these digits ... */
  readonly digits: string;
  /** ... times ten to the power of this. */
  readonly exponent: number;

  /** Makes a decimal. */
  constructor(exact: Exact) {
    super(`${decimalText(exact)}M`);
    this.digits = exact.digits;
    this.exponent = exact.exponent;
  }
}

/** The text of an exact number, without the suffix. */
export function decimalText({ digits, exponent }: Exact): string {
  const sign = digits.startsWith("-") ? "-" : "";
  const size = digits.slice(sign.length);
  const point = size.length + exponent;
  if (exponent > ZEROS_MAX || point < -ZEROS_MAX) return `${digits}e${exponent}`;
  if (exponent >= 0) return digits + "0".repeat(exponent);
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${size}`;
  return `${sign}${size.slice(0, point)}.${size.slice(point)}`;
}

/** A value of EDN that has no parts. */
export type EdnScalar = EdnKeyword | EdnSymbol | EdnCharacter | EdnFloat | EdnRatio | EdnDecimal;
