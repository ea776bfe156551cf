import type { Entry } from "./entry.ts";
import type { Term } from "./ids.ts";

/**
 * Adjacent entries that become objects when they are asked for, such as those that a start reads from a disk: {@link MemoryLog}
 * takes them in place of an array. A long log of objects is work for the collector of garbage, and nearly all of them
 * are used once, if at all.
 *
 * They never change. Places count from 0.
 */
export interface PackedEntries<C> {
  /** How many there are. */
  readonly length: number;
  /** The term of the entry at `place`; undefined outside. */
  termAt(place: number): Term | undefined;
  /** Makes the entry at `place`, which is below `length`. */
  entryAt(place: number): Entry<C>;
  /** Bytes of all commands among the first `count`, which is at most `length`. Must not sum them each time. */
  bytesUpTo(count: number): number;
  /** The memberships among them, in order. Must not look at each entry. */
  memberships(): readonly Entry<C>[];
  /** Those from place `from` up to but without `to`, both inside. The others take no memory through it. */
  slice(from: number, to: number): PackedEntries<C>;
}
