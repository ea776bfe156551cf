import { Cluster, type NodeStatus } from "@kontiki/actors";
import { cpSync, rmSync } from "node:fs";
import { damaged, drawDamage, drawFrom, textOfDamage } from "./damage.ts";
import { intactOf, lostOf } from "./intact.ts";
import {
  damageOf,
  filesOf,
  NODES,
  TIMES,
  writeFiles,
  type StoppedCluster,
} from "./stopped-cluster.ts";

/** How a trial ended. */
export type TrialEnd =
  /** Every acknowledged value was served. */
  | { readonly type: "served"; readonly about: string }
  /** An entry is intact on no disk, and no node leads; the nodes name it. */
  | { readonly type: "refused"; readonly about: string; readonly entry: number }
  | { readonly type: "wrong"; readonly about: string; readonly what: string };

/** How long a cluster gets that must serve, and one that cannot. */
const SERVES_MS = 30_000;
const REFUSES_MS = 2_000;

/**
 * Damages a copy of a stopped cluster in `folder` as the seed draws it, and starts it. If the end is wrong, the folder stays, as
 * it was before the start.
 */
export async function trial(from: StoppedCluster, folder: string, seed: number): Promise<TrialEnd> {
  const { lost, about } = damagedCopy(from, folder, seed);
  const end = await endOf(from, folder, lost, about);
  if (end.type === "wrong") damagedCopy(from, folder, seed);
  else rmSync(folder, { recursive: true });
  return end;
}

/** Returns the entries that are intact nowhere, and the damage as text. */
function damagedCopy(
  from: StoppedCluster,
  folder: string,
  seed: number,
): { readonly lost: readonly number[]; readonly about: string } {
  rmSync(folder, { recursive: true, force: true });
  cpSync(from.folder, folder, { recursive: true });
  const before = NODES.map((node) => filesOf(folder, node));
  const damage = drawDamage(drawFrom(seed), before);
  const intact = before.map((files, at) => {
    const after = damaged(files, damageOf(damage, at));
    writeFiles(folder, NODES[at] ?? "", files, after);
    return intactOf(files, after);
  });
  return { lost: lostOf(intact, from.last), about: textOfDamage(damage) };
}

async function endOf(
  { values }: StoppedCluster,
  dataDir: string,
  lost: readonly number[],
  about: string,
): Promise<TrialEnd> {
  const wrong = (what: string): TrialEnd => ({ type: "wrong", about, what });
  let cluster: Cluster;
  try {
    cluster = await Cluster.start({ dataDir, ...TIMES });
  } catch (error) {
    return wrong(`it does not start: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    const timeoutMs = lost.length === 0 ? SERVES_MS : REFUSES_MS;
    const leads = await cluster.leader({ timeoutMs }).catch(() => undefined);
    if (leads === undefined) return refusal(cluster.status(), lost, about);
    for (const [key, value] of values) {
      const got = await cluster.get(key, { timeoutMs: SERVES_MS });
      if (got.type !== "ok" || got.value !== value)
        return wrong(`${key} is ${JSON.stringify(got).slice(0, 80)}`);
    }
    await cluster.converged({ timeoutMs: SERVES_MS });
    return { type: "served", about };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  } finally {
    await cluster.stop();
  }
}

/** No node leads: the nodes must lack an entry that is really lost. */
function refusal(status: readonly NodeStatus[], lost: readonly number[], about: string): TrialEnd {
  const lacks = status
    .filter(({ raft }) => raft?.repairing === true)
    .map(({ raft }) => Number(raft?.last ?? 0) + 1);
  const entry = lacks.find((index) => lost.includes(index));
  if (entry !== undefined) return { type: "refused", about, entry };
  const text = status.map(({ id, raft }) => `${id} ${raft?.role} ${raft?.last}`).join(", ");
  const why = lost.length === 0 ? "all is intact" : `entry ${lost[0]} is lost`;
  return { type: "wrong", about, what: `no node leads, but ${why}: ${text}` };
}
