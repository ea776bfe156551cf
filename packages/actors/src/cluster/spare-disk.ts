import { isJoint, majority, type NodeId } from "@kontiki/core";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import { SILENT_MS } from "../hosts/other-hosts.ts";
import type { NodeStatus } from "../mail/status.ts";
import type { BegunWipe } from "../program/disk-wipes.ts";
import type { RemoteChild } from "../program/remote-child.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import type { LeaderMembership } from "../threads/cluster-view.ts";
import { Deadline, type WaitOptions } from "./deadline.ts";
import type { Disk } from "../storage/disk/disk.ts";
import { FileDisk } from "../storage/disk/file-disk.ts";
import { MemoryDisk } from "../storage/disk/memory-disk.ts";
import { maxSegmentBytes } from "../storage/wal/open-wal.ts";
import { hiddenDamage } from "./hidden-damage.ts";
import { askHostsForAll, HOST_MS } from "./other-hosts.ts";

/**
 * How long to try all of them, in ms, and how long to wait between two attempts. Hosts do not answer a start of a host whose nodes
 * they refuse before its last start is silent.
 */
const HOSTS_MS = 2 * SILENT_MS;
const PAUSE_MS = 100;

/** A node, and whether its disk is being wiped, if it is here since before the wipe that is checked. */
type SpareNode = {
  readonly status: NodeStatus;
  readonly isBeingWiped: boolean;
  /** What is damaged on its disk and was not found before; undefined if nothing is, or if it is not known. */
  readonly damage?: string | undefined;
};

/** What is damaged on disks, by node. */
type Damages = ReadonlyMap<NodeId, string>;

/**
 * Refuses to lose the disk of a node that the cluster needs. Acknowledged commands are on a majority of the voters' disks,
 * and only a majority can add a wiped node again. So the others must be a majority without it, counting those that run,
 * have their vote, whose log is intact, and whose disk is not being wiped or removed at the same time. Other hosts are asked.
 * In the end the disks here are read, for damage that was not found yet.
 * While the membership is joint, that holds for both halves (dissertation 4.3).
 *
 * A membership that is not committed may yet be undone, and the one before it decides again (dissertation 4.1). So the end of a
 * change is waited for, and then it is checked once more.
 *
 * Of several at once here, each counts what began before it. So the last one counts all, and the first one goes on. Hosts have no
 * common order, so each wipe must have begun when another host is asked: of two, at least one learns of the other.
 *
 * @throws KontikiError when they are not, or when a change of members does not end in time.
 */
export async function checkSpareDisk(
  { id }: RemoteChild,
  wipe: BegunWipe,
  supervisor: RemoteSupervisor,
  disks: ClusterDisks,
  options: WaitOptions,
): Promise<void> {
  const deadline = new Deadline(`wiping ${id}`, options);
  deadline.obstacle = "a change of members is under way";
  let damage: Damages | undefined;
  for (;;) {
    const told = supervisor.hasOtherHosts ? await toldByAll(supervisor) : [];
    const here = supervisor.children.map((child) => spareNodeOf(child, wipe, damage));
    for (const { voters, outgoing } of supervisor.membershipsInForce())
      for (const half of [voters, outgoing]) checkSpare(id, half, [...here, ...told]);
    if (!isAtRest(supervisor.leaderMembership())) {
      const look = (): true | undefined => isAtRest(supervisor.leaderMembership()) || undefined;
      await deadline.wait(supervisor.events, look);
    } else if (damage === undefined) damage = await hiddenDamages(id, wipe, supervisor, disks);
    else return;
  }
}

/** Without a leader nobody waits for the end of a change: then the disk must be spare in each membership that may be in force. */
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

/** What is damaged on the disks of the others that are here and run. */
async function hiddenDamages(
  id: NodeId,
  wipe: BegunWipe,
  { children }: RemoteSupervisor,
  disks: ClusterDisks,
): Promise<Damages> {
  const paths = new Map(disks.disks().map(({ node, path }) => [node, path]));
  const found = new Map<NodeId, string>();
  for (const child of children) {
    const isOther = child.id !== id && isIntact(spareNodeOf(child, wipe));
    const disk = isOther ? diskBeside(child, paths.get(child.id)) : undefined;
    const damage = disk && (await hiddenDamage(disk));
    if (damage !== undefined) found.set(child.id, damage);
  }
  return found;
}

/** Its files; undefined for those in memory of a cluster without faults, in which nothing else can damage them. */
function diskBeside({ faults }: RemoteChild, path: string | undefined): Disk | undefined {
  if (path !== undefined) return new FileDisk(path);
  if (faults?.disk.type !== "memory") return undefined;
  return new MemoryDisk({ files: faults.disk.files, maxFileBytes: maxSegmentBytes() });
}

function spareNodeOf(child: RemoteChild, wipe: BegunWipe, damages?: Damages): SpareNode {
  const isBeingWiped = child.wipes.beganBefore(wipe);
  return { status: child.status(), isBeingWiped, damage: damages?.get(child.id) };
}

function checkSpare(id: NodeId, voters: readonly NodeId[], nodes: readonly SpareNode[]): void {
  if (!voters.includes(id)) return;
  if (voters.length === 1)
    throw new KontikiError(`${id} is the only voter: wiping its disk would lose everything`);
  const others = nodes.filter(({ status }) => status.id !== id && voters.includes(status.id));
  const spare = others.filter(isIntact).length;
  const needed = majority(voters.length);
  if (spare >= needed) return;
  const lacking = `without the disk of ${id} only ${spare} of ${voters.length} voters would hold all acknowledged commands, and ${needed} must`;
  const damaged = others.find(({ damage }) => damage !== undefined);
  if (damaged === undefined)
    throw new KontikiError(`${lacking}: wait until the others run and vote, or add a node first`);
  const { status, damage } = damaged;
  throw new KontikiError(
    `${lacking}, because that of ${status.id} is damaged (${damage}): restart ${status.id}, which repairs it from the others`,
  );
}

/** Whether a node runs, has its vote, and lacks nothing that it promised to hold. */
function isIntact({ status, isBeingWiped, damage }: SpareNode): boolean {
  const { life, raft, trouble } = status;
  if (damage !== undefined || isBeingWiped || life.type !== "running" || trouble !== undefined)
    return false;
  return raft?.votes === true && !raft.repairing;
}
