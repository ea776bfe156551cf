import {
  initialMembership,
  type Entry,
  type LogView,
  type Membership,
  type NodeId,
  type Observed,
} from "@kontiki/core";

/** Whether some servers are a majority of each half of a membership (dissertation 4.3). */
export function isMajority({ voters, outgoing }: Membership, of: readonly NodeId[]): boolean {
  return [voters, outgoing].every((half) => {
    const count = half.filter((node) => of.includes(node)).length;
    return half.length === 0 || 2 * count > half.length;
  });
}

/** The last membership in a log; else that of the snapshot; else the one that the cluster began with. */
export function lastMembership({
  env: { config, log },
  state: { snapshot },
}: Observed<string>): Membership {
  const last = membershipsIn(entriesOf(log)).at(-1);
  if (last !== undefined) return last.membership;
  if (snapshot !== undefined) return snapshot.membership;
  return initialMembership(config.voters);
}

/** All entries of a log. */
export function entriesOf(log: LogView<string>): readonly Entry<string>[] {
  const { firstIndex, lastIndex } = log;
  return lastIndex < firstIndex ? [] : log.slice(firstIndex, lastIndex, Number.MAX_SAFE_INTEGER);
}

/** The entries that change the membership. */
export function membershipsIn(
  entries: readonly Entry<string>[],
): readonly (Entry<string> & { readonly type: "membership" })[] {
  return entries.filter((entry) => entry.type === "membership");
}
