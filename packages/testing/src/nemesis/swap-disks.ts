import type { NodeId } from "@kontiki/core";
import type { Begun, Skipped, Stage } from "./stage.ts";

/** How long the nodes have to refuse each other's disks, in ms. */
const REFUSAL_MS = 100;

/**
 * Two nodes start with each other's disks, as if a cable went into the wrong machine. Each must refuse the other's disk: the
 * counts `swap.refused` and `swap.accepted` show whether they did. Then each gets its own disk back.
 */
export function swapDisks(
  { target, atlas, heldNodes, chance, counters, announce, after, over }: Stage,
  [one]: readonly NodeId[],
): Begun | Skipped {
  const others = target.nodes.filter((node) => node !== one && atlas.maySwap(node));
  const other = chance.pick(others);
  if (one === undefined || other === undefined || !atlas.maySwap(one))
    return { skipped: "there are no two nodes that run with disks that are whole" };
  const nodes = [one, other];
  announce(nodes);
  const releases = nodes.map((node) => heldNodes.down(node));
  const swapBack = atlas.swap(one, other);
  for (const node of nodes) target.crash(node, "its disk is taken out", undefined);
  target.swapDisks(one, other);
  for (const node of nodes) target.start(node);
  after(REFUSAL_MS, over);
  return {
    nodes,
    end: () => {
      for (const node of nodes) {
        counters.count(target.isRunning(node) ? "swap.accepted" : "swap.refused");
        target.crash(node, "its own disk is put back", undefined);
      }
      target.swapDisks(one, other);
      swapBack();
      for (const release of releases) release();
    },
  };
}
