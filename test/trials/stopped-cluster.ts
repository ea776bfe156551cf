import { Cluster } from "@kontiki/actors";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawFrom, type Damage, type Files } from "./damage.ts";

/** A cluster's folder after it was stopped, and what its clients know. */
export type StoppedCluster = {
  readonly folder: string;
  /** The acknowledged values by their keys. */
  readonly values: ReadonlyMap<string, string>;
  /** The last entry of the log that all nodes have applied. */
  readonly last: number;
};

export const NODES = ["n1", "n2", "n3"] as const;

/** Short times: the trials wait for elections. */
export const TIMES = { electionTimeoutMs: 100, heartbeatMs: 20 } as const;

/** Runs a cluster in a new folder: puts with several leaders, some of which crash, until all nodes agree. */
export async function stoppedCluster(folder: string, seed: number): Promise<StoppedCluster> {
  const draw = drawFrom(seed);
  const isCompacted = draw.below(2) === 0;
  const puts = 60 + draw.below(200);
  const limits = isCompacted
    ? { snapshotEntries: 20 + draw.below(100), keptEntries: draw.below(20) }
    : {};
  const cluster = await Cluster.start({ nodes: [...NODES], dataDir: folder, ...TIMES, ...limits });
  const values = new Map<string, string>();
  try {
    for (let put = 0; put < puts;) {
      const count = Math.min(puts - put, 1 + draw.below(40));
      const batch = Array.from({ length: count }, (_, at) => putOf(put + at, draw.below(400)));
      const outcomes = await Promise.all(batch.map((one) => cluster.propose(one)));
      for (const [at, { type }] of outcomes.entries()) {
        const { key, value } = batch[at] ?? { key: "", value: "" };
        if (type === "ok") values.set(key, value);
      }
      put += count;
      if (draw.below(3) === 0) await cluster.node(await cluster.leader()).crash();
    }
    await cluster.converged({ timeoutMs: 60_000 });
    const last = Math.max(...cluster.status().map(({ raft }) => Number(raft?.applied ?? 0)));
    return { folder, values, last };
  } finally {
    await cluster.stop();
  }
}

function putOf(put: number, bytes: number): { type: "put"; key: string; value: string } {
  return { type: "put", key: `k${put}`, value: `v${put} ${"x".repeat(bytes)}` };
}

/** The files of a node. */
export function filesOf(folder: string, node: string): Files {
  const path = join(folder, node);
  return Object.fromEntries(
    readdirSync(path).map((name) => [name, Uint8Array.from(readFileSync(join(path, name)))]),
  );
}

/** Writes what is different, and removes what is not there. */
export function writeFiles(folder: string, node: string, before: Files, after: Files): void {
  const path = join(folder, node);
  for (const name of Object.keys(before)) if (!(name in after)) rmSync(join(path, name));
  for (const [name, bytes] of Object.entries(after))
    if (bytes !== before[name]) writeFileSync(join(path, name), bytes);
}

/** The damage of one node. */
export function damageOf(damage: readonly Damage[], node: number): readonly Damage[] {
  return damage.filter((one) => one.node === node);
}
