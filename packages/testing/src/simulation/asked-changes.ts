import type { Notice, Order } from "@kontiki/actors/node";
import type { NodeId } from "@kontiki/core";
import type { Timeline } from "../engine/timeline.ts";

/** Told why a change was not taken; undefined when it was. */
type OnEnd = (refusal: string | undefined) => void;

type Asked = { readonly node: NodeId; readonly onEnd: OnEnd };

/**
 * Changes of the membership that nodes were asked for, and who waits for what they say. Each is told once the node's turn
 * is over, as whoever hears of it may do something to that node.
 */
export class AskedChanges {
  readonly #timeline: Timeline;
  readonly #asked = new Map<Notice["cause"], Asked>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** A node is about to be given this order. */
  ask(order: Order, node: NodeId, onEnd: OnEnd): void {
    this.#asked.set(order, { node, onEnd });
  }

  /** A node has said something of an order. */
  noticed(notice: Notice): void {
    if (notice.type === "transferEnded") return;
    this.#end(notice.cause, notice.type === "rejectChange" ? notice.reason : undefined);
  }

  /** Whoever waits for an answer of a process that is gone hears that. */
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
