import type { NodeId } from "@kontiki/core";

/** Whom a client turns to: the leader, as long as it knows one, else one node after the other. */
export class LeaderGuess {
  #nodes: readonly NodeId[];
  #leader: NodeId | undefined;
  #lastTried = 0;

  constructor(nodes: readonly NodeId[]) {
    this.#nodes = nodes;
  }

  /** Whom to turn to now; nobody in a cluster without nodes. Without a leader another one each time. */
  next(): NodeId | undefined {
    if (this.#leader !== undefined) return this.#leader;
    this.#lastTried += 1;
    return this.#nodes[this.#lastTried % this.#nodes.length];
  }

  /** These nodes there are now. */
  nodesAre(nodes: readonly NodeId[]): void {
    this.#nodes = nodes;
  }

  /** Somebody said that it leads. */
  believe(leader: NodeId | undefined): void {
    this.#leader = leader;
  }

  /** It does not lead, or is dead, or silent. */
  doubt(node: NodeId | undefined): void {
    if (this.#leader === node) this.#leader = undefined;
  }
}
