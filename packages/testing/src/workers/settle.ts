import { KontikiError, type Cluster } from "@kontiki/actors";
import type { Report } from "../claims/report.ts";

/**
 * Waits until all nodes agree, and compares their states. A healed cluster must elect a leader, converge and answer.
 *
 * @param settleMs how long that may take.
 * @returns a digest of the common state; undefined when the nodes do not agree, which is reported.
 */
export async function settle(
  cluster: Cluster<unknown, unknown>,
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
      const states = new Set(digests.map(({ sha256 }) => sha256));
      if (states.size === 1) return [...states][0];
      const texts = members.map(({ id }, at) => `${id} ${digests[at]?.sha256.slice(0, 8)}`);
      report({
        check: "State Machine Safety",
        text: `after entry ${digests[0]?.applied} the states differ: ${texts.join(", ")}`,
      });
      return undefined;
    }
  } catch (error) {
    if (!(error instanceof KontikiError)) throw error;
    report({
      check: "liveness",
      text: `${settleMs} ms after all faults had ended: ${error.message}: ${standing(cluster)}`,
    });
    return undefined;
  }
}

/** The state of all nodes, in one line. */
function standing(cluster: Cluster<unknown, unknown>): string {
  return cluster
    .status()
    .map(({ id, life, raft }) =>
      raft === undefined
        ? `${id} is ${life.type}`
        : `${id} is ${raft.role} of term ${raft.term} with ${raft.applied} of ${raft.last} entries applied`,
    )
    .join(", ");
}
