import type { NodeId } from "@kontiki/core";
import type { ClusterEvent } from "../mail/status.ts";
import type { RemoteChild } from "../program/remote-child.ts";

/** The state of a node after the entry `applied`. */
export type NodeDigest = {
  readonly node: NodeId;
  readonly applied: number;
  readonly sha256: string;
};

/** Two nodes whose states differ. */
export type Divergence = Extract<ClusterEvent, { readonly type: "diverged" }>;

/** How much of a digest is shown. */
const SHOWN = 12;

/** Nodes that can be asked at once: one that pauses would not answer. */
export function asked(children: readonly RemoteChild[]): readonly RemoteChild[] {
  return children.filter((child) => child.status().life.type === "running" && !child.isPaused);
}

/** Two of these nodes that differ after the same entry; undefined when there are none. */
export function divergenceIn(digests: readonly NodeDigest[]): Divergence | undefined {
  for (const { node, applied, sha256 } of digests) {
    const other = digests.find((one) => one.applied === applied && one.sha256 !== sha256);
    if (other === undefined) continue;
    const nodes = [
      { node, sha256 },
      { node: other.node, sha256: other.sha256 },
    ] as const;
    return { type: "diverged", nodes, applied };
  }
  return undefined;
}

/** A divergence in one line. */
export function divergenceText({ nodes: [one, other], applied }: Divergence): string {
  const [ours, theirs] = [one, other].map(({ sha256 }) => sha256.slice(0, SHOWN));
  return `${one.node} and ${other.node} have applied the same entries, up to ${applied}, and their states differ: ${ours} and ${theirs}`;
}
