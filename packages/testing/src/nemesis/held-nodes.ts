import type { NodeId } from "@kontiki/core";
import type { FaultTarget } from "../engine/fault-target.ts";

/** Nodes that faults keep down or paused. Two faults may hold one node: it continues when both have released it. */
export class HeldNodes {
  readonly #target: FaultTarget;
  readonly #down = new Map<NodeId, number>();
  readonly #still = new Map<NodeId, number>();

  constructor(target: FaultTarget) {
    this.#target = target;
  }

  /** Keeps a node from starting again. Returns a function that releases it; the last release starts it. */
  down(node: NodeId): () => void {
    return hold(this.#down, node, () => this.#start(node));
  }

  /** Pauses a node. Returns a function that releases it; the last release resumes it. */
  pause(node: NodeId): () => void {
    this.#target.pause(node);
    return hold(this.#still, node, () => {
      if (this.#target.nodes.includes(node)) this.#target.resume(node);
    });
  }

  /** Restarts a node at once, from its disk, unless it is down already. */
  restart(node: NodeId, cause: string): void {
    if (!this.#target.isRunning(node)) return;
    const release = this.down(node);
    this.#target.crash(node, cause, undefined);
    release();
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
