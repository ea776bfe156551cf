// @ts-check

/** Nanoseconds per unit of time. @type {Record<string, number>} */
const NANOSECONDS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

/** Whether a history has times; else it has steps, which are whole. @param {string} unit */
export function isTime(unit) {
  return unit in NANOSECONDS;
}

/**
 * A time for people, rounded to `step`.
 *
 * @param {number} time
 * @param {string} unit
 * @param {number} step
 */
export function timeText(time, unit, step) {
  const factor = NANOSECONDS[unit];
  if (factor === undefined) return `step ${round(time, step)}`;
  const largest = Math.max(Math.abs(time), step) * factor;
  const shown = largest >= 1e9 ? "s" : largest >= 1e6 ? "ms" : largest >= 1e3 ? "us" : "ns";
  const scale = factor / (NANOSECONDS[shown] ?? 1);
  return `${round(time * scale, step * scale)} ${shown === "us" ? "µs" : shown}`;
}

/**
 * @param {number} value
 * @param {number} step
 */
function round(value, step) {
  const digits = Math.min(12, Math.max(0, -Math.floor(Math.log10(step))));
  return Number(value.toFixed(digits)).toLocaleString("en", { maximumFractionDigits: digits });
}

/**
 * About `count` round times within a span.
 *
 * @param {number} from
 * @param {number} to
 * @param {number} count
 * @param {number} least how close they may be
 */
export function ticks(from, to, count, least = 0) {
  const rough = Math.max(least, (to - from) / Math.max(1, count));
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  /** @type {number[]} */
  const times = [];
  for (let at = Math.ceil(from / step); at * step <= to; at += 1) times.push(at * step);
  return { step, times };
}
