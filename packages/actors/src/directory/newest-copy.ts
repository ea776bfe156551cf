import type { NodeId } from "@kontiki/core";
import type { ClusterFile } from "./cluster-file.ts";

/** The contents of `cluster.json` that count, and how they were found. */
export type NewestCopy = {
  readonly file: ClusterFile;
  /** Whose folder has it, if it is not in `cluster.json` itself. */
  readonly from: NodeId | undefined;
  /** Nodes whose folders may have been brought back together with an older `cluster.json`. */
  readonly older: readonly NodeId[];
};

/**
 * Chooses between `cluster.json` and its copies in the folders of nodes: the one with the highest version, of the cluster
 * that most folders belong to.
 *
 * `cluster.json` is always written first. So if a copy is newer, someone brought back an older `cluster.json`. A folder
 * whose copy is as old may have come from the same backup, and its node may have forgotten what it promised.
 *
 * @param main undefined if it is lost or damaged.
 * @returns undefined without `main` and without copies, or if as many folders belong to one cluster as to another.
 */
export function newestCopy(
  main: ClusterFile | undefined,
  copies: ReadonlyMap<NodeId, ClusterFile>,
): NewestCopy | undefined {
  const cluster = main?.cluster ?? commonest([...copies.values()].map((copy) => copy.cluster));
  const own = [...copies].filter(([, copy]) => copy.cluster === cluster);
  let newest = main;
  let from: NodeId | undefined;
  for (const [node, copy] of own) {
    if (newest !== undefined && newest.version >= copy.version) continue;
    newest = copy;
    from = node;
  }
  if (newest === undefined) return undefined;
  const older = own
    .filter(([, { version }]) => from !== undefined && version <= (main?.version ?? -1))
    .map(([node]) => node);
  return { file: newest, from, older };
}

function commonest(clusters: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const cluster of clusters) counts.set(cluster, (counts.get(cluster) ?? 0) + 1);
  const [first, second] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[1] === second?.[1] ? undefined : first?.[0];
}
