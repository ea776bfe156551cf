import type { NodeId } from "@kontiki/core";
import type { Position, PresentNode } from "../hosts/host-wire.ts";
import type { NodeCounters } from "../metrics/node-counters.ts";

/** The part of a child that other hosts hear of. */
export type PresentChild = { readonly uid: number; readonly counters: NodeCounters };

/** The nodes of this host as other hosts hear of them. */
export class HostNodes {
  readonly #childOf: (node: NodeId) => PresentChild | undefined;
  readonly #present = new Map<NodeId, PresentNode>();

  constructor(childOf: (node: NodeId) => PresentChild | undefined) {
    this.#childOf = childOf;
  }

  /** Those that have been up, as they recovered when the host started. Later starts of a thread have the same disk. */
  get present(): readonly PresentNode[] {
    return [...this.#present.values()];
  }

  /** A thread takes part from now on: nothing has reached it yet. */
  up(node: NodeId): void {
    const child = this.#childOf(node);
    if (child === undefined || this.#present.get(node)?.uid === child.uid) return;
    const { mark, last } = child.counters.onDisk;
    this.#present.set(node, { node, uid: child.uid, mark, last });
  }

  /** A node was removed. */
  forget(node: NodeId): void {
    this.#present.delete(node);
  }

  /** What a node has promised so far. */
  positionOf(node: NodeId): Position {
    const child = this.#childOf(node);
    if (child === undefined) return { uid: 0, mark: 0, commit: 0 };
    const { mark, commit } = child.counters.onDisk;
    return { uid: child.uid, mark, commit };
  }
}
