import { isVoter, uidOf, type NodeId } from "@kontiki/core";
import type { Chance } from "./chance.ts";
import type { Cluster } from "./cluster.ts";
import { contentOf } from "./core.ts";

/** Each entry by its identity, and how many disks hold it intact and synced. */
type Copies = Map<string, number>;

/**
 * Chooses entries to damage, on any number of disks at once, so that every entry stays intact on at least one disk.
 *
 * A hole has entries of one term: with more, a server could not tell which terms it has lost, and might have to wait for
 * a server that does.
 */
export function scattered(cluster: Cluster, chance: Chance): ReadonlyMap<NodeId, Set<number>> {
  const chosen = new Map<NodeId, Set<number>>();
  if (cluster.ids.some((id) => cluster.isAhead(id))) return chosen;
  const membership = cluster.committedMembership;
  // A sole voter that loses the entry with which another server was added knows no server to ask.
  if (membership.voters.length === 1) return chosen;
  // Not learners: the others may have lost the entry that added one, and a learner asks no server for a vote.
  const voters = cluster.ids.filter(
    (id) => isVoter(membership, id) && uidOf(membership, id) === cluster.server(id).config.uid,
  );
  const copies = intactCopies(cluster, voters);
  for (const id of voters) {
    if (!cluster.isUp(id) || chance.next() < 0.2) continue;
    const entries = contentOf(cluster.log(id));
    for (let times = chance.below(4); times > 0; times -= 1) {
      const at = chance.below(Math.max(entries.length, 1));
      const hole = entries.slice(at, at + 1 + chance.below(3));
      const isOfOneTerm = hole.every(({ term }) => term === hole[0]?.term);
      const places = chosen.get(id) ?? new Set<number>();
      const fresh = hole.filter(({ index }) => !places.has(index));
      const isSafe = fresh.every((entry) => (copies.get(nameOf(entry)) ?? 0) > 1);
      if (!isOfOneTerm || !isSafe || fresh.length === 0) continue;
      for (const entry of fresh) {
        places.add(entry.index);
        copies.set(nameOf(entry), (copies.get(nameOf(entry)) ?? 0) - 1);
      }
      chosen.set(id, places);
    }
  }
  return chosen;
}

function intactCopies(cluster: Cluster, voters: readonly NodeId[]): Copies {
  const copies: Copies = new Map();
  for (const id of voters)
    for (const entry of contentOf(cluster.server(id).disk.image.log))
      copies.set(nameOf(entry), (copies.get(nameOf(entry)) ?? 0) + 1);
  return copies;
}

function nameOf({ index, term }: { readonly index: number; readonly term: number }): string {
  return `${index}@${term}`;
}
