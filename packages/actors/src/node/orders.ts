import type { Change, NodeId } from "@kontiki/core";
import { KontikiError } from "../errors.ts";
import type { Order } from "./letter.ts";
import type { NodeActor } from "./node-actor.ts";
import type { NodeRunner } from "./node-runner.ts";
import type { Notice } from "./performer.ts";
import type { ChangeAnswer } from "../mail/protocol.ts";

/** How often to check for a requested snapshot, in ms. */
const LOOK_MS = 5;

/** Callers that wait, by the order object that they gave. */
type Waiting<A> = Map<Notice["cause"], (answer: A) => void>;

/**
 * Operators' requests to a node, from request to result.
 *
 * A membership change is answered within its turn; a transfer when it has ended. A node that is dropped meanwhile
 * answers nothing: each call has a deadline at the caller.
 */
export class Orders {
  readonly #changes: Waiting<ChangeAnswer> = new Map();
  readonly #transfers: Waiting<string | undefined> = new Map();
  #runner: NodeRunner | undefined;

  /** Connects the runner, which was created with this object's `onNotice`. */
  attach(runner: NodeRunner): void {
    this.#runner = runner;
  }

  onNotice(notice: Notice): void {
    switch (notice.type) {
      case "changeTaken":
        return settle(this.#changes, notice.cause, { taken: true, index: notice.index });
      case "rejectChange":
        return settle(this.#changes, notice.cause, { taken: false, reason: notice.reason });
      case "transferEnded":
        return this.#onTransferEnded(notice);
      default:
        notice satisfies never;
    }
  }

  async changeMembership(changes: readonly Change[]): Promise<ChangeAnswer> {
    return this.#give({ type: "changeMembership", changes }, this.#changes);
  }

  /** Resolves to the reason when the transfer failed, to undefined when this node no longer leads. */
  async transfer(target: NodeId | undefined): Promise<string | undefined> {
    return this.#give({ type: "transfer", target }, this.#transfers);
  }

  /** Resolves when a durable snapshot covers everything that was committed at the time of the request. */
  async snapshot(): Promise<{ readonly index: number; readonly size: number }> {
    const wanted = this.#running().actor.state.commit;
    if (wanted === 0) throw new KontikiError("there is nothing to take a snapshot of yet");
    for (;;) {
      const { runner, actor } = this.#running();
      const { snapshot } = actor.state;
      if (snapshot !== undefined && snapshot.index >= wanted)
        return { index: snapshot.index, size: snapshot.size };
      runner.beginSnapshot();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  #give<A>(order: Order, waiting: Waiting<A>): Promise<A> {
    const { runner } = this.#running();
    return new Promise((resolve) => {
      waiting.set(order, resolve);
      runner.order(order);
    });
  }

  /**
   * A transfer that could not begin is reported to its own caller; any other end is that of the transfer in progress.
   */
  #onTransferEnded({ cause, target, reason }: Notice & { readonly type: "transferEnded" }): void {
    if (cause.type === "transfer") return settle(this.#transfers, cause, reason);
    for (const order of this.#transfers.keys()) {
      if (order.type === "transfer" && (order.target ?? target) === target)
        settle(this.#transfers, order, reason);
    }
  }

  #running(): { readonly runner: NodeRunner; readonly actor: NodeActor } {
    const runner = this.#runner;
    if (runner === undefined) throw new KontikiError("the node has not started yet");
    const { actor } = runner;
    if (actor === undefined) throw new KontikiError("its disk cannot be used");
    return { runner, actor };
  }
}

function settle<A>(waiting: Waiting<A>, order: Notice["cause"], answer: A): void {
  waiting.get(order)?.(answer);
  waiting.delete(order);
}
