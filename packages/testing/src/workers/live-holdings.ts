import { isLogFile, placedBatches, type Disk } from "@kontiki/actors/node";
import type { RaftStatus } from "@kontiki/actors";
import { nameOf, type Holdings, type Loss } from "../engine/loss.ts";

/**
 * What a node that runs has on its disk, as its files show it, with damage that it has not read yet.
 *
 * Only committed entries count, because no node cuts them off at the same moment; and nothing of the last batch, which may not be
 * durable yet. So it is never more than what the disk has.
 */
export function holdingsOn(
  disk: Disk,
  { commit, first, snapshot }: Pick<RaftStatus, "commit" | "first" | "snapshot">,
  unread: readonly Loss[],
): Holdings {
  const lost = unread.flatMap(({ entries }) => entries);
  const lostSnapshot = Math.max(0, ...unread.map((loss) => loss.snapshot));
  const isObscure = unread.some((loss) => loss.isObscure);
  const intact = isObscure ? [] : [...committedOn(disk, first, commit)];
  const isBad = lostSnapshot > 0 && lostSnapshot >= snapshot;
  const upTo = isBad ? lostSnapshot : 0;
  return {
    entries: new Set(intact.map(([index, term]) => nameOf({ index, term }))),
    snapshot: isBad ? 0 : snapshot,
    lacks: isObscure
      ? undefined
      : { entries: lost.filter(({ index }) => index > Math.max(upTo, snapshot)), upTo },
  };
}

/** The terms of entries by index: a later write of an index is in place of an earlier one. */
function committedOn(disk: Disk, first: number, commit: number): ReadonlyMap<number, number> {
  const terms = new Map<number, number>();
  for (const { batch } of placedBatches(disk, disk.list().filter(isLogFile)).slice(0, -1))
    for (const write of batch.writes)
      if (write.type === "append")
        for (const { index, term } of write.entries)
          if (index >= first && index <= commit) terms.set(index, term);
  return terms;
}
