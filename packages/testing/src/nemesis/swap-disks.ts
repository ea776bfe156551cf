import type { NodeId } from "@kontiki/core";
import type { Begun, Skipped, Stage } from "./stage.ts";

/** After this many ms the nodes have looked at each other's disks, or are asked again: threads of a busy machine are slow. */
const LOOK_MS = 100;

/** How often they are asked. */
const LOOKS = 100;

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
  const look = (left: number): void => {
    const areDone = nodes.every((node) => target.withOthersDisk(node) !== undefined);
    if (areDone || left === 0) over();
    else after(LOOK_MS, () => look(left - 1));
  };
  after(LOOK_MS, () => look(LOOKS));
  return {
    nodes,
    end: () => {
      for (const node of nodes) {
        const did = target.withOthersDisk(node);
        if (did !== undefined) counters.count(`swap.${did}`);
        target.crash(node, "its own disk is put back", undefined);
      }
      target.swapDisks(one, other);
      swapBack();
      for (const release of releases) release();
    },
  };
}
