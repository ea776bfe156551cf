import type { NodeId } from "@kontiki/core";

/** Which node a client asks: the leader while it knows one, otherwise one node after the other. */
export class LeaderGuess {
  #nodes: readonly NodeId[];
  #leader: NodeId | undefined;
  #lastTried = 0;

  constructor(nodes: readonly NodeId[]) {
    this.#nodes = nodes;
  }

  /** The node that is believed to lead; undefined while none is. */
  get leader(): NodeId | undefined {
    return this.#leader;
  }

  /** The node to ask now; undefined in a cluster without nodes. Without a leader it is another one each time. */
  next(): NodeId | undefined {
    if (this.#leader !== undefined) return this.#leader;
    this.#lastTried += 1;
    return this.#nodes[this.#lastTried % this.#nodes.length];
  }

  /** These are the present nodes. */
  nodesAre(nodes: readonly NodeId[]): void {
    this.#nodes = nodes;
  }

  /** A node is reported to lead; undefined: no node is known to. */
  believe(leader: NodeId | undefined): void {
    this.#leader = leader;
  }

  /** A node does not lead, is dead, or gives no answer. */
  doubt(node: NodeId | undefined): void {
    if (this.#leader === node) this.#leader = undefined;
  }
}
