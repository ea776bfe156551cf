import { decides, isVoter, membersOf, uidOf, type Membership, type NodeId } from "@kontiki/core";

/**
 * Whether whoever decides in one membership always shares a server with whoever decides in the other, so that the two
 * cannot elect two leaders (§6, dissertation 4.1, 4.3). Servers of one name with different disks are two.
 *
 * They do not when some deciding set of the first leaves enough servers of the second to decide without it. All sets are
 * tried: 2^n of them for n voters of the first.
 */
export function quorumsMeet(one: Membership, other: Membership): boolean {
  const ours = votersOf(one);
  const theirs = votersOf(other);
  for (let set = 0; set < 1 << ours.length; set += 1) {
    const chosen = ours.filter((_voter, at) => (set >> at) % 2 === 1);
    if (!decides(one, chosen)) continue;
    const isChosen = (node: NodeId): boolean =>
      chosen.includes(node) && uidOf(one, node) === uidOf(other, node);
    const left = theirs.filter((node) => !isChosen(node));
    if (decides(other, left)) return false;
  }
  return true;
}

function votersOf(membership: Membership): readonly NodeId[] {
  return membersOf(membership).filter((node) => isVoter(membership, node));
}
