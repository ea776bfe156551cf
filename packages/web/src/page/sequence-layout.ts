import type { Posted, Timeline } from "../model/index.ts";

/** An arrow of the diagram, between rows; a row counts from 0, and half a row is between two. */
export type Arrow = {
  readonly posted: Posted;
  readonly fromRow: number;
  readonly toRow: number;
};

/** The row of an event; for one that is not listed the place between its neighbours. */
export function rowOf(rows: readonly number[] | undefined, event: number): number {
  if (rows === undefined) return event;
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? 0) < event) low = middle + 1;
    else high = middle;
  }
  return rows[low] === event ? low : low - 0.5;
}

/**
 * The arrows that touch these rows. Where all events are listed: every letter. Else those by which a listed event came:
 * a node has its turn at the event after the one that it receives a letter.
 */
export function arrowsIn(
  timeline: Timeline,
  rows: readonly number[] | undefined,
  first: number,
  last: number,
): readonly Arrow[] {
  if (rows === undefined)
    return timeline.letters.between(first, last).map((posted) => ({
      posted,
      fromRow: posted.event,
      toRow: posted.fate?.event ?? posted.event,
    }));
  return rows.slice(first, last + 1).flatMap((event) => {
    const received = timeline.event(event - 1);
    if (received?.type !== "received" || received.end === undefined) return [];
    if (timeline.event(event)?.node !== received.node) return [];
    const posted = timeline.letters.find(received.end.letter);
    if (posted === undefined) return [];
    return [{ posted, fromRow: rowOf(rows, posted.event), toRow: rowOf(rows, event) }];
  });
}
