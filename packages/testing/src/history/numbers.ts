import { EdnDecimal, EdnFloat, EdnRatio } from "./edn-scalars.ts";
import { closest, exactOf, isExactly } from "./exact.ts";

/** A number of a file, or why it cannot be kept. */
export type Read =
  number | bigint | EdnFloat | EdnRatio | EdnDecimal | { readonly problem: string };

/** Integers with this many digits are exact in a double. */
const SAFE_DIGITS = 15;

/** A JSON number with more digits before its point stays a decimal: `1e999999999` must not fill the memory. */
const INTEGER_DIGITS_MAX = 1000;

/** Reads a number of JSON, which has one type of number: `1.0` is the integer 1. */
export function jsonNumber(literal: string): Read {
  if (literal.length <= SAFE_DIGITS && !/[.eE]/.test(literal)) return Number(literal) + 0;
  const exact = exactOf(literal);
  if (exact === undefined) return tooLarge(literal);
  const { digits, exponent } = exact;
  if (exponent >= 0 && digits.length + exponent <= INTEGER_DIGITS_MAX)
    return integer(digits + "0".repeat(exponent));
  const double = closest(exact);
  return exponent < 0 && isExactly(double, exact) ? double : new EdnDecimal(exact);
}

const INTEGER = /^[-+]?(?:0|[1-9]\d*)N?$/;
const HEXADECIMAL = /^([-+]?)(0[xX][0-9a-fA-F]+)N?$/;
const RATIO = /^([-+]?\d+)\/(\d+)$/;
const FLOAT = /^[-+]?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][-+]?\d+)?M?$/;

/** Reads a number of EDN, with the ratios and hexadecimal integers of Clojure. */
export function ednNumber(atom: string): Read {
  if (INTEGER.test(atom)) return integer(atom.endsWith("N") ? atom.slice(0, -1) : atom);
  if (FLOAT.test(atom)) return atom.endsWith("M") ? decimal(atom) : float(atom);
  const [, numerator, denominator] = RATIO.exec(atom) ?? [];
  if (numerator !== undefined && denominator !== undefined) {
    return ratio(BigInt(numerator.replace("+", "")), BigInt(denominator), atom);
  }
  const [, sign, digits] = HEXADECIMAL.exec(atom) ?? [];
  if (digits !== undefined) return narrow(sign === "-" ? -BigInt(digits) : BigInt(digits));
  return { problem: `${JSON.stringify(atom)} is not a number` };
}

function integer(literal: string): number | bigint {
  // The sum makes a negative zero positive: EDN and JSON have one zero.
  if (literal.length <= SAFE_DIGITS) return Number(literal) + 0;
  return narrow(BigInt(literal.replace("+", "")));
}

function narrow(value: bigint): number | bigint {
  const double = Number(value);
  return Number.isSafeInteger(double) ? double : value;
}

function decimal(atom: string): Read {
  const exact = exactOf(atom.slice(0, -1));
  return exact === undefined ? tooLarge(atom) : new EdnDecimal(exact);
}

/** EDN's floats are doubles. Digits that a double does not keep would be lost without a trace. */
function float(atom: string): Read {
  const double = Number(atom);
  const exact = exactOf(atom);
  if (exact === undefined) return tooLarge(atom);
  if (!isExactly(double, exact)) return { problem: inexact(atom, double) };
  return Number.isInteger(double) ? new EdnFloat(double) : double;
}

function inexact(atom: string, double: number): string {
  const kept = Number.isFinite(double) ? `, which keeps ${double}` : "";
  return `${atom} is not exact as a float of 64 bits${kept}: write it with the suffix M`;
}

function ratio(numerator: bigint, denominator: bigint, atom: string): Read {
  if (denominator === 0n) return { problem: `${atom} divides by zero` };
  let [divisor, rest] = [numerator < 0n ? -numerator : numerator, denominator];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  if (denominator === divisor) return narrow(numerator / divisor);
  return new EdnRatio(numerator / divisor, denominator / divisor);
}

function tooLarge(literal: string): { readonly problem: string } {
  return { problem: `the exponent of ${literal} is too large` };
}
