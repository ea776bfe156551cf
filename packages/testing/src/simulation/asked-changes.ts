import type { Notice, Order } from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import type { Timeline } from "../engine/timeline.ts";

/** Gets the reason why a leader refused a change; undefined when it took it. */
type OnEnd = (refusal: string | undefined) => void;

type Asked = { readonly node: NodeId; readonly onEnd: OnEnd };

/**
 * Membership changes that were requested from nodes, and the callbacks that wait for the answers. A callback runs after the
 * node's turn, because it may do something to that node.
 */
export class AskedChanges {
  readonly #timeline: Timeline;
  readonly #asked = new Map<Notice["cause"], Asked>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** A node is about to get this order. */
  ask(order: Order, node: NodeId, onEnd: OnEnd): void {
    this.#asked.set(order, { node, onEnd });
  }

  /** A node has answered an order. */
  noticed(notice: Notice): void {
    if (notice.type === "transferEnded") return;
    this.#end(notice.cause, notice.type === "rejectChange" ? notice.reason : undefined);
  }

  /** A process has ended: requests that wait for its answer end too. */
  ended(node: NodeId): void {
    for (const [order, asked] of this.#asked)
      if (asked.node === node) this.#end(order, "the process that was asked has ended");
  }

  #end(order: Notice["cause"], refusal: string | undefined): void {
    const asked = this.#asked.get(order);
    if (asked === undefined) return;
    this.#asked.delete(order);
    this.#timeline.after(0, () => asked.onEnd(refusal));
  }
}
