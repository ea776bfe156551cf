import { majority, uidOf, type Membership, type NodeId } from "@kontiki/core";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { askHostsForAll, HOST_MS } from "./other-hosts.ts";

/** A node with the disk that it has now. */
type Disked = { readonly id: NodeId; readonly uid: number; readonly isBeingWiped: boolean };

/**
 * Why voters cannot leave now, in one line; undefined if they can. The next membership counts from the moment when a leader
 * appends it, and only its own majority can commit it (dissertation 4.1). A voter whose disk is being wiped, or that has a disk
 * which the membership does not name yet, counts for nothing, and cannot be added again while that change is under way: if too few
 * others stay, nothing is ever committed again.
 *
 * Of a node that is not here, and whose host is silent, it is not known: it counts as one with its disk.
 */
export async function lackOfDisks(
  supervisor: RemoteSupervisor,
  membership: Membership,
  leaving: readonly NodeId[],
): Promise<string | undefined> {
  const staying = membership.voters.filter((voter) => !leaving.includes(voter));
  if (leaving.length === 0 || staying.length === 0) return undefined;
  const told = supervisor.hasOtherHosts ? await askHostsForAll(supervisor, HOST_MS) : [];
  const nodes: readonly Disked[] = [
    ...supervisor.children.map(({ id, uid, wipes }) => ({
      id,
      uid,
      isBeingWiped: wipes.areUnderWay,
    })),
    ...told.flatMap(({ told: each }) =>
      each.map(({ status: { id, uid }, isBeingWiped }) => ({ id, uid, isBeingWiped })),
    ),
  ];
  const lost = staying.filter((voter) =>
    nodes.some(
      ({ id, uid, isBeingWiped }) =>
        id === voter && (isBeingWiped || uid !== uidOf(membership, voter)),
    ),
  );
  if (lost.length === 0 || staying.length - lost.length >= majority(staying.length))
    return undefined;
  return `the disk of ${lost.join(", ")} is being wiped or removed, and too few other voters stay`;
}
