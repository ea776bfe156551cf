import type { Timeline } from "./timeline.ts";

/** Where a page is: the last event that it shows, -1 before the first one, and the time. */
export type Position = { readonly index: number; readonly at: number };

/** Speeds at which one can play: run time in relation to real time. */
export const SPEEDS = [0.0005, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1, 4] as const;

/** The position at an event. */
export function positionOf(timeline: Timeline, index: number): Position {
  const place = Math.max(-1, Math.min(index, timeline.length - 1));
  return { index: place, at: timeline.event(place)?.at ?? 0 };
}

/** The position after some more time. It ends at the last event. */
export function played(timeline: Timeline, { index, at }: Position, ms: number): Position {
  const now = Math.min(at + ms, timeline.end);
  return { index: Math.max(index, timeline.indexAt(now)), at: now };
}

/** The next event that a story tells, or the one before. */
export function toldNear(timeline: Timeline, index: number, direction: 1 | -1): number {
  const { told } = timeline;
  const found =
    direction === 1 ? told.find((place) => place > index) : told.findLast((place) => place < index);
  return found ?? (direction === 1 ? timeline.length - 1 : -1);
}
