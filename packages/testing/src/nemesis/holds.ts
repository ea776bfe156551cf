import type { NodeId } from "@kontiki/core";
import type { FaultTarget } from "../engine/fault-target.ts";

/** Nodes that faults keep down or still. Two faults may hold one node: it goes on when both have let it go. */
export class Holds {
  readonly #target: FaultTarget;
  readonly #down = new Map<NodeId, number>();
  readonly #still = new Map<NodeId, number>();

  constructor(target: FaultTarget) {
    this.#target = target;
  }

  /** Keeps a node from being started again. Gives a function that lets it go, and starts it when nobody else holds it. */
  down(node: NodeId): () => void {
    return hold(this.#down, node, () => this.#start(node));
  }

  /** Has a node stand still. Gives a function that lets it go. */
  pause(node: NodeId): () => void {
    this.#target.pause(node);
    return hold(this.#still, node, () => {
      if (this.#target.nodes.includes(node)) this.#target.resume(node);
    });
  }

  /** Starts a node at once anew, from its disk, unless it is down already. */
  restart(node: NodeId, cause: string): void {
    if (!this.#target.isRunning(node)) return;
    const letGo = this.down(node);
    this.#target.crash(node, cause, undefined);
    letGo();
  }

  #start(node: NodeId): void {
    if (this.#target.nodes.includes(node) && !this.#target.isRunning(node))
      this.#target.start(node);
  }
}

function hold(held: Map<NodeId, number>, node: NodeId, onLast: () => void): () => void {
  held.set(node, (held.get(node) ?? 0) + 1);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    const left = (held.get(node) ?? 0) - 1;
    held.set(node, left);
    if (left === 0) onLast();
  };
}
