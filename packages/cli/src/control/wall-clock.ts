/**
 * The time of day, for people and for other processes: when a cluster was started, and when an event happened. Clocks of
 * machines jump, so nothing is decided by it.
 *
 * @module
 */

/** The time in ms since 1970. */
export function timeOfDay(): number {
  return Date.now();
}

/** A time as text: 2026-01-31T09:30:00.000Z. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
