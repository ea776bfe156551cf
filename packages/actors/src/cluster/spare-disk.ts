import { isJoint, majority, type NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import { SILENT_MS } from "../hosts/other-hosts.ts";
import type { NodeStatus } from "../mail/status.ts";
import type { RemoteChild } from "../program/remote-child.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import type { LeaderMembership } from "../threads/cluster-view.ts";
import { Deadline, type WaitOptions } from "./deadline.ts";
import { askHostsForAll, HOST_MS } from "./other-hosts.ts";

/**
 * How long to try all of them, in ms, and how long to wait between two attempts. Hosts do not answer a start of a host whose nodes
 * they refuse before its last start is silent.
 */
const HOSTS_MS = 2 * SILENT_MS;
const PAUSE_MS = 100;

/** A node, and whether its disk is being wiped. */
type SpareNode = { readonly status: NodeStatus; readonly isBeingWiped: boolean };

/**
 * Refuses to lose the disk of a node that the cluster needs. Acknowledged commands are on a majority of the voters' disks,
 * and only a majority can add a wiped node again. So the others must be a majority without it, counting those that run,
 * have their vote, whose log is intact, and whose disk is not being wiped or removed at the same time. Other hosts are asked.
 * While the membership is joint, that holds for both halves (dissertation 4.3).
 *
 * A membership that is not committed may yet be undone, and the one before it decides again (dissertation 4.1). So the end of a
 * change is waited for, and then it is checked once more.
 *
 * The node must count as being wiped already: of two nodes at once, at least one call then learns of the other's, also where
 * they are on two hosts, because each of these says so before it asks.
 *
 * @throws KontikiError when they are not, or when a change of members does not end in time.
 */
export async function checkSpareDisk(
  { id }: RemoteChild,
  supervisor: RemoteSupervisor,
  options: WaitOptions,
): Promise<void> {
  const deadline = new Deadline(`wiping ${id}`, options);
  deadline.obstacle = "a change of members is under way";
  for (;;) {
    const told = supervisor.hasOtherHosts ? await toldByAll(supervisor) : [];
    const nodes = [...supervisor.children.map((child) => spareNodeOf(child)), ...told];
    const known = supervisor.leaderMembership();
    checkSpare(id, known?.membership.voters ?? supervisor.nodeIds, nodes);
    checkSpare(id, known?.membership.outgoing ?? [], nodes);
    if (isAtRest(known)) return;
    await deadline.wait(
      supervisor.events,
      () => isAtRest(supervisor.leaderMembership()) || undefined,
    );
  }
}

/** Without a leader nothing is known of a change: then the voters must be intact as they are. */
function isAtRest(known: LeaderMembership | undefined): boolean {
  return known === undefined || (known.committed && !isJoint(known.membership));
}

/** What all hosts tell; after some time, what those tell that answer. */
async function toldByAll(supervisor: RemoteSupervisor): Promise<readonly SpareNode[]> {
  const deadline = new Deadline("asking the other hosts", { timeoutMs: HOSTS_MS });
  for (;;) {
    const hosts = await askHostsForAll(supervisor, HOST_MS);
    const isAll = hosts.every(({ host }) => host.silent === undefined);
    if (isAll || deadline.leftMs < PAUSE_MS) return hosts.flatMap(({ told }) => told);
    await deadline.pause(PAUSE_MS);
  }
}

function spareNodeOf(child: RemoteChild): SpareNode {
  return { status: child.status(), isBeingWiped: child.isBeingWiped };
}

function checkSpare(id: NodeId, voters: readonly NodeId[], nodes: readonly SpareNode[]): void {
  if (!voters.includes(id)) return;
  if (voters.length === 1)
    throw new KontikiError(`${id} is the only voter: wiping its disk would lose everything`);
  const others = nodes.filter(({ status }) => status.id !== id && voters.includes(status.id));
  const spare = others.filter(isIntact).length;
  const needed = majority(voters.length);
  if (spare < needed)
    throw new KontikiError(
      `without the disk of ${id} only ${spare} of ${voters.length} voters would hold all acknowledged commands, ` +
        `and ${needed} must: wait until the others run and vote, or add a node first`,
    );
}

/** Whether a node runs, has its vote, and lacks nothing that it promised to hold. */
function isIntact({ status, isBeingWiped }: SpareNode): boolean {
  const { life, raft, trouble } = status;
  if (isBeingWiped || life.type !== "running" || trouble !== undefined) return false;
  return raft?.votes === true && !raft.repairing;
}
