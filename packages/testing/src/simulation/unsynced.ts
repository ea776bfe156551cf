import type { Chance } from "../chance.ts";
import type { Kept } from "../scenario/fault.ts";

/** The unit that a device writes completely or not at all. */
export const SECTOR_BYTES = 512;

/**
 * Bytes that one write put into the page cache and that may not be on the device. `doubtful`: a sync of them has failed, so
 * the kernel marks them clean and no later sync writes them, unless they are written again.
 */
export type Unsynced = { readonly from: number; readonly to: number; readonly doubtful: boolean };

type Fate = { readonly from: number; readonly to: number; readonly isKept: boolean };

/**
 * What a loss of power does to one write that was not synced. What is lost of it becomes zeros again, also where it was written over
 * zeros that are durable.
 */
export function fates(range: Unsynced, isLast: boolean, kept: Kept, chance: Chance): Fate[] {
  const { from, to, doubtful } = range;
  switch (kept) {
    case "nothing":
    case "everything":
      return [{ from, to, isKept: kept === "everything" }];
    case "torn": {
      if (doubtful) return [{ from, to, isKept: chance.happens(1 / 2) }];
      const end = isLast ? chance.between(from, to) : to;
      return [
        { from, to: end, isKept: true },
        { from: end, to, isKept: false },
      ].filter((part) => part.from < part.to);
    }
    case "some":
      return sectorsOf(from, to).map((part) => ({ ...part, isKept: chance.happens(1 / 2) }));
    default:
      return kept satisfies never;
  }
}

/** The sectors, or parts of them, between two places. */
export function sectorsOf(
  from: number,
  to: number,
): { readonly from: number; readonly to: number }[] {
  const sectors = [];
  for (let at = from; at < to;) {
    const next = Math.min(to, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    sectors.push({ from: at, to: next });
    at = next;
  }
  return sectors;
}
