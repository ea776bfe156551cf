import { KontikiError, StateMachineError } from "@kontiki/actors";
import type { ClusterUnderTest } from "./cluster-under-test.ts";
import type { MachineTime } from "./pace.ts";

const RETRY_MS = 10;

/** A timer may end that early by the other clock, in ms. */
const EARLY_MS = 2;

/**
 * What came of waiting. `late`: the nodes do not agree yet. `failed`: they never will. `broken`: the state machine is to blame,
 * which is an event of the cluster and reported as such.
 */
export type Attempt =
  | { readonly type: "agreed"; readonly digest: string | undefined }
  | { readonly type: "late" | "failed"; readonly why: string }
  | { readonly type: "broken" };

/** Waits this long until all nodes have applied the same, and have the same state. */
export async function agree(
  cluster: ClusterUnderTest,
  timeoutMs: number,
  time: Pick<MachineTime, "now" | "pause">,
): Promise<Attempt> {
  const until = time.now() + timeoutMs;
  const leftMs = (): number => Math.max(1, until - time.now());
  for (let why = "the states were not read in time"; ;) {
    try {
      await cluster.converged({ timeoutMs: leftMs() });
    } catch (error) {
      return unmet(error, time.now() < until - EARLY_MS ? "failed" : "late");
    }
    try {
      const attempt = await compare(cluster, leftMs());
      if (attempt !== undefined) return attempt;
    } catch (error) {
      // A node that has too little time does not answer.
      const attempt = unmet(error, "late");
      if (attempt.type === "broken") return attempt;
      why = attempt.why;
    }
    if (time.now() >= until) return { type: "late", why };
    await time.pause(RETRY_MS);
  }
}

/** Compares the states of all members; undefined when there was an election in between. */
async function compare(cluster: ClusterUnderTest, timeoutMs: number): Promise<Attempt | undefined> {
  const { members } = await cluster.members({ timeoutMs });
  const status = cluster.status();
  const ended = members.find(({ id }) => {
    const life = status.find((node) => node.id === id)?.life.type;
    return life === "stopped" || life === "failed";
  });
  if (ended !== undefined) return { type: "failed", why: `${ended.id} does not run` };
  const digests = await Promise.all(members.map(({ id }) => cluster.node(id).digest()));
  // The nodes are asked one after another, and an election in between adds an entry.
  if (new Set(digests.map(({ applied }) => applied)).size > 1) return undefined;
  const [digest, ...others] = new Set(digests.map(({ sha256 }) => sha256));
  return others.length === 0 ? { type: "agreed", digest } : undefined;
}

function unmet(
  error: unknown,
  type: "late" | "failed",
): Extract<Attempt, { readonly type: "late" | "failed" | "broken" }> {
  if (error instanceof StateMachineError) return { type: "broken" };
  if (!(error instanceof KontikiError)) throw error;
  return { type, why: error.message };
}
