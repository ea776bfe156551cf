import { distinct, identityOf, type Term } from "./terms.ts";

/** Chooses one of a number of spellings. */
export type Choose = (count: number) => number;

/** How EDN is written: in any way, or on one line. */
type Style = { readonly choose: Choose; readonly isOneLine: boolean };

/** Writes a value in EDN, in one of its spellings. */
export function ednText(term: Term, choose: Choose, isOneLine = false): string {
  const one = (inner: Term): string => ednText(inner, choose, isOneLine);
  const spelled = spelling(term, { choose, isOneLine }, one);
  // Metadata belongs to collections and symbols, and is not part of the value.
  const hasMetadata = ["sequence", "set", "map", "symbol"].includes(term.type) && choose(8) === 0;
  return hasMetadata ? `^${pick(choose, ["{:line 1}", ":private", '"tag" '])} ${spelled}` : spelled;
}

function spelling(term: Term, style: Style, one: (inner: Term) => string): string {
  const { choose } = style;
  switch (term.type) {
    case "nil":
      return "nil";
    case "boolean":
      return String(term.value);
    case "string":
      return `"${Array.from(term.text, (char) => ednChar(char, style)).join("")}"`;
    case "keyword":
      return `:${term.text}`;
    case "symbol":
      return term.text;
    case "char":
      return `\\${charName(term.text, choose)}`;
    case "integer":
      return plus(term.value, choose) + pick(choose, ["", "N"]);
    case "ratio":
      return scaledRatio(term.value, term.by, BigInt(1 + choose(3)));
    case "double":
      return number(term.digits, term.exponent, choose, true);
    case "decimal":
      return `${number(term.digits, term.exponent, choose, false)}M`;
    case "sequence": {
      const inside = joined(term.items.map(one), style);
      return choose(2) === 0 ? `[${inside}]` : `(${inside})`;
    }
    case "set":
      return `#{${joined(shuffled(distinct(term.items, identityOf), choose).map(one), style)}}`;
    case "map":
      return mapText(term.entries, style, one);
    case "tagged":
      return `#${term.tag}${space(style)}${one(term.value)}`;
  }
}

function mapText(
  all: readonly (readonly [Term, Term])[],
  style: Style,
  one: (inner: Term) => string,
): string {
  const { choose } = style;
  const entries = shuffled(
    distinct(all, ([key]) => identityOf(key)),
    choose,
  );
  const isNamespaced = choose(2) === 0 && entries.some(([key]) => isNamed(key));
  const texts = entries.flatMap(([key, value]) => [
    isNamespaced && isNamed(key) ? one({ ...key, text: inNamespace(key.text) }) : one(key),
    one(value),
  ]);
  return `${isNamespaced ? "#:a" : ""}{${joined(texts, style)}}`;
}

function isNamed(key: Term): key is Term & { readonly type: "keyword"; readonly text: string } {
  return key.type === "keyword" || key.type === "symbol";
}

/** A name as it is written in a map of the namespace `a`. */
function inNamespace(name: string): string {
  return name.includes("/") ? name.replace(/^a\//, "") : `_/${name}`;
}

/** Writes a value in JSON, in one of its spellings. */
export function jsonSpelling(term: Term, choose: Choose): string {
  const one = (inner: Term): string => jsonSpelling(inner, choose);
  const gap = pick(choose, ["", " ", "\t"]);
  switch (term.type) {
    case "nil":
      return "null";
    case "boolean":
      return String(term.value);
    case "string":
      return `"${Array.from(term.text, (char) => jsonChar(char, choose)).join("")}"`;
    case "integer":
      return number(term.value, 0, choose, false).replace("+", "");
    case "double":
    case "decimal":
      return jsonNumber(number(term.digits, term.exponent, choose, false));
    case "sequence":
      return `[${gap}${term.items.map(one).join(`${gap},`)}${gap}]`;
    case "map": {
      const entries = shuffled(
        distinct(term.entries, ([key]) => identityOf(key)),
        choose,
      );
      const texts = entries.map(([key, value]) => `${one(key)}${gap}:${gap}${one(value)}`);
      return `{${gap}${texts.join(`,${gap}`)}}`;
    }
    default:
      throw new TypeError(`JSON has no ${term.type}`);
  }
}

function jsonNumber(text: string): string {
  return text.replace("+", "").replace(/\.(?!\d)/, ".0");
}

function pick<T>(choose: Choose, all: readonly T[]): T {
  const found = all[choose(all.length)];
  if (found === undefined) throw new RangeError("nothing to choose from");
  return found;
}

function plus(value: bigint, choose: Choose): string {
  if (value === 0n) return pick(choose, ["0", "-0", "+0"]);
  return value > 0n && choose(3) === 0 ? `+${value}` : String(value);
}

/** An exact number: with zeros at its end, with an exponent, or without. */
function number(digits: bigint, exponent: number, choose: Choose, isDouble: boolean): string {
  const zeros = choose(3);
  const padded = digits * 10n ** BigInt(zeros);
  const power = exponent - zeros;
  if (choose(2) === 0 || Math.abs(power) > 20)
    return `${plus(padded, choose)}${pick(choose, ["e", "E"])}${power}`;
  const sign = padded < 0n ? "-" : "";
  const size = String(padded < 0n ? -padded : padded);
  if (power >= 0)
    return `${sign}${size}${size === "0" ? "" : "0".repeat(power)}${isDouble ? ".0" : ""}`;
  const long = size.padStart(1 - power, "0");
  return `${sign}${long.slice(0, power)}.${long.slice(power)}`;
}

function scaledRatio(value: bigint, by: bigint, factor: bigint): string {
  return `${value * factor}/${by * factor}`;
}

function unicode(char: string): string {
  return Array.from(
    { length: char.length },
    (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}

const ESCAPES: Readonly<Record<string, string>> = { '"': '\\"', "\\": "\\\\", "\n": "\\n" };

function ednChar(char: string, { choose, isOneLine }: Style): string {
  if (choose(4) === 0) return unicode(char);
  const isRaw = char === "\n" && !isOneLine && choose(2) === 0;
  return isRaw ? char : (ESCAPES[char] ?? char);
}

function jsonChar(char: string, choose: Choose): string {
  return choose(4) === 0 ? unicode(char) : (ESCAPES[char] ?? char);
}

function charName(char: string, choose: Choose): string {
  if (char === "\n") return pick(choose, ["newline", "u000a"]);
  if (char === " ") return pick(choose, ["space", "u0020"]);
  return choose(3) === 0 ? unicode(char).slice(1) : char;
}

const SPACES = [" ", ",", ", ", "\t", " #_ {:a [1]} ", " #_ #_ 1 \\a ", " #_#x 2 "];
const BREAKS = ["\n", "\r\n", " ; (comment\n", ";\r\n"];

function space({ choose, isOneLine }: Style): string {
  return pick(choose, isOneLine ? SPACES : [...SPACES, ...BREAKS]);
}

function joined(items: readonly string[], style: Style): string {
  const end = (): string => (style.choose(2) === 0 ? space(style) : "");
  return end() + items.map((item, at) => (at === 0 ? "" : space(style)) + item).join("") + end();
}

function shuffled<T>(items: readonly T[], choose: Choose): readonly T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(choose(left.length), 1));
}
