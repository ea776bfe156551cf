import type { JepsenEvent } from "./jepsen-event.ts";

/** An event, and where the file has it. */
export type PlacedEvent<Place> = { readonly event: JepsenEvent; readonly place: Place };

/** A rule that an event breaks. */
export type BrokenRule<Place> = { readonly place: Place; readonly problem: string };

/**
 * The events in the order of the history, or the rule of `:index` that one breaks.
 *
 * The order of a file is that of its history. If every event has an index and the file is sorted in another way, the
 * indices decide. Times never do: a clock may be coarse, and it may run backwards.
 */
export function inOrder<Place>(
  events: readonly PlacedEvent<Place>[],
): readonly PlacedEvent<Place>[] | BrokenRule<Place> {
  let last: number | bigint = -1;
  let isSorted = true;
  let unnumbered: PlacedEvent<Place> | undefined;
  for (const placed of events) {
    const { index } = placed.event;
    if (index === undefined) {
      unnumbered ??= placed;
      continue;
    }
    if (index < 0) return { place: placed.place, problem: ":index is not a whole number from 0" };
    if (index <= last) isSorted = false;
    else last = index;
  }
  if (isSorted) return events;
  const sorted = events
    .filter(({ event }) => event.index !== undefined)
    .toSorted((one, other) => (indexOf(one) < indexOf(other) ? -1 : 1));
  const twice = sorted.find((one, at) => at > 0 && indexOf(one) === indexOf(sorted[at - 1]));
  if (twice !== undefined)
    return { place: twice.place, problem: `:index ${indexOf(twice)} is there twice` };
  if (unnumbered === undefined) return sorted;
  const problem = "no :index, while those of other events are not in the order of the file";
  return { place: unnumbered.place, problem };
}

function indexOf(placed: PlacedEvent<unknown> | undefined): number | bigint {
  return placed?.event.index ?? -1;
}
