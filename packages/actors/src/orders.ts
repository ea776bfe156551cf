import type { Change, NodeId } from "@kontiki/core";
import { KontikiError } from "./errors.ts";
import type { NodeRunner } from "./node-runner.ts";
import type { Notice } from "./performer.ts";
import type { ChangeAnswer } from "./protocol.ts";

/** How often a snapshot that was asked for is looked after, in ms. */
const LOOK_MS = 5;

type Waiting = {
  readonly target: NodeId | undefined;
  readonly end: (reason: string | undefined) => void;
};

/**
 * What operators want of a node, from the wish to its end.
 *
 * A membership change is answered within its turn; a transfer when it is over. A node that is dropped meanwhile answers
 * nothing: each call has a deadline at the caller.
 */
export class Orders {
  readonly #changes: ((answer: ChangeAnswer) => void)[] = [];
  #transfers: Waiting[] = [];
  #runner: NodeRunner | undefined;

  /** The runner, which is made with this object's `onNotice`. */
  attach(runner: NodeRunner): void {
    this.#runner = runner;
  }

  onNotice(notice: Notice): void {
    switch (notice.type) {
      case "changeTaken":
        return this.#changes.shift()?.({ taken: true, index: notice.index });
      case "rejectChange":
        return this.#changes.shift()?.({ taken: false, reason: notice.reason });
      case "transferEnded":
        return this.#onTransferEnded(notice.target, notice.reason);
      default:
        notice satisfies never;
    }
  }

  changeMembership(changes: readonly Change[]): Promise<ChangeAnswer> {
    return new Promise((resolve) => {
      this.#changes.push(resolve);
      this.#running().order({ type: "changeMembership", changes });
    });
  }

  /** Resolves to the reason when the transfer failed, to undefined when this node leads no more. */
  transfer(target: NodeId | undefined): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#transfers.push({ target, end: resolve });
      this.#running().order({ type: "transfer", target });
    });
  }

  /** Resolves when a snapshot is durable that holds all that was applied when it was asked for. */
  async snapshot(): Promise<{ readonly index: number; readonly size: number }> {
    const wanted = this.#running().actor?.state.commit ?? 0;
    for (;;) {
      const runner = this.#running();
      const snapshot = runner.actor?.state.snapshot;
      if (snapshot !== undefined && snapshot.index >= wanted)
        return { index: snapshot.index, size: snapshot.size };
      if (runner.actor?.beginSnapshot() === undefined && wanted === 0)
        throw new KontikiError("there is nothing to take a snapshot of yet");
      runner.wake();
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  #onTransferEnded(target: NodeId | undefined, reason: string | undefined): void {
    const ended = this.#transfers.filter(
      (waiting) => waiting.target === undefined || waiting.target === target,
    );
    this.#transfers = this.#transfers.filter((waiting) => !ended.includes(waiting));
    for (const { end } of ended) end(reason);
  }

  #running(): NodeRunner {
    if (this.#runner === undefined) throw new KontikiError("the node has not started yet");
    return this.#runner;
  }
}
