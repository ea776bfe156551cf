import type { ClusterDisks } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import type { Supervisor } from "../threads/supervisor.ts";
import { waitFor } from "./deadline.ts";

/** How long threads may take to end after they were killed, in ms. One that waits for a stalled disk takes longer. */
const KILL_MS = 5_000;

/**
 * Starts all nodes, and waits until each has recovered its state.
 *
 * @throws KontikiError when one of them cannot start.
 */
export async function startAll({ children, events }: Supervisor): Promise<void> {
  for (const child of children) child.start();
  const look = (): true | undefined => {
    const statuses = children.map((child) => child.status());
    for (const { id, life } of statuses) {
      if (life.type === "failed") throw new KontikiError(`${id} cannot start: ${life.cause}`);
    }
    return statuses.every(({ life }) => life.type === "running") || undefined;
  };
  await waitFor(events, "starting all nodes", look, { timeoutMs: 2 ** 30 });
}

/**
 * Stops all nodes permanently, kills threads that have not ended after `timeoutMs`, and releases the disks.
 *
 * @throws KontikiError when a thread does not even end when it is killed: its disk stays locked.
 */
export async function stopAll(
  supervisor: Supervisor,
  disks: ClusterDisks,
  timeoutMs: number,
): Promise<void> {
  const { children, events } = supervisor;
  supervisor.stop(timeoutMs);
  const look = (): true | undefined =>
    children.every((child) => child.thread === undefined) || undefined;
  try {
    await waitFor(events, "stopping all nodes", look, { timeoutMs: timeoutMs + KILL_MS });
    // Only after all threads have ended: one that still runs may still write there.
    disks.close();
  } finally {
    supervisor.close();
  }
}
