import { isVoter, membersOf, uidOf, type Membership, type NodeId } from "@kontiki/core";
import { haveDecided } from "./have-decided.ts";

/**
 * Whether every deciding set of one membership shares a server with every deciding set of the other, so that the two cannot
 * elect two leaders (§6, dissertation 4.1, 4.3). Servers with the same name and different disks are different servers.
 *
 * They do not if some deciding set of the first leaves enough servers of the second to decide without it. The function
 * tries all sets: 2^n of them for n voters of the first.
 */
export function quorumsMeet(one: Membership, other: Membership): boolean {
  const ours = votersOf(one);
  const theirs = votersOf(other);
  for (let set = 0; set < 1 << ours.length; set += 1) {
    const chosen = ours.filter((_voter, at) => (set >> at) % 2 === 1);
    if (!haveDecided(one, chosen)) continue;
    const isChosen = (node: NodeId): boolean =>
      chosen.includes(node) && uidOf(one, node) === uidOf(other, node);
    const left = theirs.filter((node) => !isChosen(node));
    if (haveDecided(other, left)) return false;
  }
  return true;
}

function votersOf(membership: Membership): readonly NodeId[] {
  return membersOf(membership).filter((node) => isVoter(membership, node));
}
