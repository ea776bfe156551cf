import { majority } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { RemoteChild } from "../program/remote-child.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";

/**
 * Refuses to lose the disk of a node that the cluster needs. Acknowledged commands are on a majority of the voters' disks,
 * and only a majority can add a wiped node again. So the others must be a majority without it, counting those that run,
 * have their vote, whose log is intact, and whose disk is not being wiped at the same time.
 *
 * @throws KontikiError when they are not.
 */
export function checkSpareDisk(
  { id }: RemoteChild,
  supervisor: Pick<RemoteSupervisor, "children" | "leaderMembership">,
): void {
  const known = supervisor.leaderMembership();
  const voters = known?.membership.voters ?? supervisor.children.map((child) => child.id);
  if (!voters.includes(id)) return;
  if (voters.length === 1)
    throw new KontikiError(`${id} is the only voter: wiping its disk would lose everything`);
  const others = supervisor.children.filter(
    (child) => child.id !== id && voters.includes(child.id),
  );
  const spare = others.filter(isIntact).length;
  const needed = majority(voters.length);
  if (spare < needed)
    throw new KontikiError(
      `without the disk of ${id} only ${spare} of ${voters.length} voters would hold all acknowledged commands, ` +
        `and ${needed} must: wait until the others run and vote, or add a node first`,
    );
}

/** Whether a node runs, has its vote, and lacks nothing that it promised to hold. */
function isIntact(child: RemoteChild): boolean {
  const { life, raft, trouble } = child.status();
  if (child.isBeingWiped || life.type !== "running" || trouble !== undefined) return false;
  return raft?.votes === true && !raft.repairing;
}
