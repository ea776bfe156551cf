import type { NodeId } from "@kontiki/core";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import type { Life } from "../mail/status.ts";
import type { RemoteChild } from "../program/remote-child.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { waitFor } from "./deadline.ts";
import type { MemberChanges } from "./member-changes.ts";

/**
 * How long threads may take to end after they were killed, in ms. One that waits for a stalled disk takes longer. A machine that
 * is very busy needs more than 5 s.
 */
const KILL_MS = 20_000;

/**
 * After this many crashes a node that has not started yet does not hold up the others. It is started again all the same, until
 * the restart intensity gives it up, which may never happen if each start takes long.
 */
const CRASHES_MAX = 3;

/**
 * Waits until each node has recovered its state or has failed: their supervisor has started them. One that fails, or crashes
 * again and again, does not keep the others from running. Then the first election begins.
 *
 * @throws KontikiError when none of them can start.
 */
export async function startAll(supervisor: RemoteSupervisor): Promise<void> {
  const { children, events } = supervisor;
  // A host that has clients only.
  if (children.length === 0 && supervisor.hasOtherHosts) return;
  const look = (): true | undefined => {
    const all = children.map((child) => child.status());
    const isSettled = all.every(
      ({ life, restarts }) => ENDS.includes(life.type) || restarts >= CRASHES_MAX,
    );
    // While none runs, nothing is held up.
    const hasEnded = all.some(({ life }) => life.type === "running")
      ? isSettled
      : all.every(({ life }) => life.type === "failed");
    return hasEnded || undefined;
  };
  await waitFor(events, "starting all nodes", look, { timeoutMs: 2 ** 30 });
  const failures = children.flatMap(failureOf);
  if (children.length > 0 && failures.length === children.length)
    throw new KontikiError(whyNoneStarts(failures));
  // A node that crashed may have known a leader, and other hosts may have one.
  const mayHaveLeader =
    supervisor.hasOtherHosts || children.some((child) => child.status().restarts > 0);
  if (!mayHaveLeader) hastenElection(children);
}

/** How long a node may take to answer, in ms. Nothing depends on it. */
const HASTEN_MS = 1_000;

/**
 * Lets the first election begin at once, among the nodes that know no leader. All nodes have just started for the first time, so
 * no lease is held that such a node answers for (dissertation 6.4.1). They stand one after another, the first at once; if none wins, the
 * next election is after an election timeout as usual.
 */
function hastenElection(children: readonly RemoteChild[]): void {
  for (const { control } of children)
    control?.call("election", HASTEN_MS, (node) => node.hasten()).catch(() => {});
}

const ENDS: readonly Life["type"][] = ["running", "failed"];

type StartFailure = { readonly id: NodeId; readonly cause: string };

function failureOf(child: RemoteChild): readonly StartFailure[] {
  const { id, life } = child.status();
  return life.type === "failed" ? [{ id, cause: life.cause }] : [];
}

/** A cause that all nodes have in common, such as a wrong state machine, is given once. */
function whyNoneStarts(failures: readonly StartFailure[]): string {
  const causes = new Set(failures.map(({ cause }) => cause));
  const given = causes.size === 1 ? failures.slice(0, 1) : failures;
  return given.map(({ id, cause }) => `${id} cannot start: ${cause}`).join("; ");
}

/**
 * Stops all nodes permanently, lets changes of `members` end, kills threads that have not ended after `timeoutMs`, and releases the disks.
 *
 * @throws KontikiError when a thread does not even end when it is killed: its disk stays locked.
 */
export async function stopAll(
  supervisor: RemoteSupervisor,
  disks: ClusterDisks,
  members: Pick<MemberChanges, "settle">,
  timeoutMs: number,
): Promise<void> {
  await supervisor.stop(timeoutMs);
  const { children, events } = supervisor;
  const look = (): true | undefined => children.every((child) => !child.hasThread) || undefined;
  try {
    await waitFor(events, "stopping all nodes", look, { timeoutMs: timeoutMs + KILL_MS });
  } catch (error) {
    supervisor.abandon();
    throw error;
  }
  await members.settle();
  // Only after all threads have ended: one that still runs may still write there.
  disks.close();
  await supervisor.close();
}
