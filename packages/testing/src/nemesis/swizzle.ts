import type { NodeId } from "@kontiki/core";
import { nothing, type Begun, type Skipped, type Stage } from "./stage.ts";

/** How long it takes when the fault gives no time, in ms. */
const SWIZZLE_MS = 2_000;

/**
 * Clogs some nodes one by one, and unclogs them one by one in another order (as FoundationDB's simulation does). It finds
 * bugs that need nodes to be lost and to return in certain orders.
 */
export function swizzle({ target, chance, forMs, after, over }: Stage): Begun | Skipped {
  const drawn = target.nodes.filter(() => chance.happens(1 / 2));
  const nodes = chance.shuffled(drawn.length === 0 ? target.nodes.slice(0, 1) : drawn);
  if (nodes.length === 0) return { skipped: "there is no node" };
  const stepMs = Math.max(1, Math.floor((forMs ?? SWIZZLE_MS) / (2 * nodes.length)));
  const ends = new Map<NodeId, () => void>();
  const clog = (node: NodeId): void => {
    const end = target.network.beginClog((from, to) => from === node || to === node);
    ends.set(node, end);
  };
  nodes.forEach((node, at) => after(at * stepMs, () => clog(node)));
  chance
    .shuffled(nodes)
    .forEach((node, at) =>
      after((nodes.length + at) * stepMs, () => (ends.get(node) ?? nothing)()),
    );
  after(2 * nodes.length * stepMs, over);
  return {
    nodes,
    end: () => {
      for (const end of ends.values()) end();
    },
  };
}
