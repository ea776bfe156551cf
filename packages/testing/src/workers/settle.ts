import { KontikiError, StateMachineError } from "@kontiki/actors";
import type { Report } from "../claims/report.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";

/**
 * Waits until all nodes agree and have the same state. A healed cluster must elect a leader, converge and answer.
 *
 * @param settleMs how long that may take.
 * @returns a digest of the common state; undefined when the nodes do not agree, which is reported.
 */
export async function settle(
  cluster: ClusterUnderTest,
  settleMs: number,
  report: Report,
): Promise<string | undefined> {
  const until = performance.now() + settleMs;
  try {
    for (;;) {
      await cluster.converged({ timeoutMs: Math.max(1, until - performance.now()) });
      const { members } = await cluster.members();
      const digests = await Promise.all(members.map(({ id }) => cluster.node(id).digest()));
      // The nodes are asked one after another, and an election in between adds an entry.
      if (new Set(digests.map(({ applied }) => applied)).size > 1) continue;
      const [first, ...others] = new Set(digests.map(({ sha256 }) => sha256));
      if (others.length === 0) return first;
    }
  } catch (error) {
    // That was an event of the cluster, which is reported as such.
    if (error instanceof StateMachineError) return undefined;
    if (!(error instanceof KontikiError)) throw error;
    report({
      check: "liveness",
      text: `${settleMs} ms after all faults had ended: ${error.message}: ${standing(cluster)}`,
    });
    return undefined;
  }
}

/** The state of all nodes, in one line. */
function standing(cluster: ClusterUnderTest): string {
  return cluster
    .status()
    .map(({ id, life, raft }) =>
      raft === undefined
        ? `${id} is ${life.type}`
        : `${id} is ${raft.role} of term ${raft.term} with ${raft.applied} of ${raft.last} entries applied`,
    )
    .join(", ");
}
