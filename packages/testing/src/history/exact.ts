/**
 * A decimal number, exactly: `digits` times ten to the power of `exponent`.
 *
 * Equal numbers have equal fields: `digits` has no zero at its ends, a sign only when it is negative, and zero is "0" with
 * the exponent 0.
 */
export type Exact = {
  /** The digits, with a sign if the number is negative. */
  readonly digits: string;
  /** The power of ten that they are multiplied by. */
  readonly exponent: number;
};

const LITERAL = /^([-+]?)(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/;

/** The range of exponents in Java's decimals. It also keeps sums of exponents exact. */
const EXPONENT_MAX = 2 ** 31 - 1;

/** Reads a decimal literal. Undefined when it is none, or its exponent is beyond 2^31. */
export function exactOf(literal: string): Exact | undefined {
  const match = LITERAL.exec(literal);
  if (match === null) return undefined;
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const all = whole + fraction;
  let [start, end] = [0, all.length];
  while (all[start] === "0") start += 1;
  if (start === end) return { digits: "0", exponent: 0 };
  while (all[end - 1] === "0") end -= 1;
  const exponent = Number(power) - fraction.length + (all.length - end);
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined;
  return { digits: (sign === "-" ? "-" : "") + all.slice(start, end), exponent };
}

/** The double that is closest to a number. */
export function closest({ digits, exponent }: Exact): number {
  return Number(`${digits}e${exponent}`);
}

/**
 * Whether a double stands for a number and for no other: its own shortest text must be the same number. So a number with
 * more digits than a double keeps is never taken for its neighbour.
 */
export function isExactly(double: number, { digits, exponent }: Exact): boolean {
  const own = exactOf(String(double));
  return own?.digits === digits && own.exponent === exponent;
}

/** The difference of two numbers. Undefined when their exponents are too far apart to compute it. */
export function difference(one: Exact, other: Exact): Exact | undefined {
  const exponent = Math.min(one.exponent, other.exponent);
  if (Math.max(one.exponent, other.exponent) - exponent > DIGITS_MAX) return undefined;
  const aligned = (exact: Exact): bigint =>
    BigInt(exact.digits) * 10n ** BigInt(exact.exponent - exponent);
  return exactOf(`${aligned(one) - aligned(other)}e${exponent}`);
}

const DIGITS_MAX = 1000;
