import type { NodeId } from "@kontiki/core";
import type { Child } from "./child.ts";
import type { Control } from "./control.ts";
import { KontikiError } from "./errors.ts";
import type { LogLine } from "./protocol.ts";
import type { NodeStatus } from "./status.ts";
import type { Supervisor } from "./supervisor.ts";
import { waitFor, type WaitOptions } from "./waiting.ts";

/** How long a control call may take, in ms: longer than the longest turn. */
const CALL_MS = 10_000;

/** How long an orderly stop of one node may take before its thread is killed, in ms. */
const STOP_MS = 5_000;

/** One node of a running cluster. */
export class NodeHandle {
  /** The name of the node. */
  readonly id: NodeId;
  readonly #child: Child;
  readonly #supervisor: Supervisor;

  /**
   * Handles come from {@link Cluster.node}.
   *
   * @hidden
   */
  constructor(child: Child, supervisor: Supervisor) {
    this.id = child.id;
    this.#child = child;
    this.#supervisor = supervisor;
  }

  /** The node as it was last heard of. Asks nobody. */
  status(): NodeStatus {
    return this.#child.status();
  }

  /**
   * Kills the node's thread without warning, and waits until it is gone. It comes back from its disk as after any
   * crash, but the crash does not count against the restart intensity.
   *
   * @throws KontikiError when it has no thread.
   */
  async crash(): Promise<void> {
    const { incarnation } = this.#child;
    this.#child.crash();
    await this.#until(
      "crash",
      () => this.#child.thread === undefined || this.#child.incarnation > incarnation,
    );
  }

  /** Stops the node in order, and waits until its thread is gone. A node that has none stays down. */
  async stop(): Promise<void> {
    this.#child.stop(STOP_MS);
    await this.#until("stop", () => this.#child.thread === undefined);
  }

  /**
   * Starts a node that was stopped or has failed, and waits until it has recovered its state.
   *
   * @throws KontikiError when it runs already, or cannot start.
   */
  async start(options: WaitOptions = {}): Promise<void> {
    this.#child.start();
    const { incarnation } = this.#child;
    await this.#until(
      "start",
      () => {
        const { life } = this.#child.status();
        if (life.type === "failed")
          throw new KontikiError(`${this.id} cannot start: ${life.cause}`);
        if (life.type === "stopped")
          throw new KontikiError(`${this.id} was stopped while it was starting`);
        return life.type === "running" && this.#child.incarnation >= incarnation;
      },
      options,
    );
  }

  /**
   * Entries of the node's log, committed or not.
   *
   * @param options `from` which index, from 1, and at most how many (`max`, 1,000 when left out).
   * @throws KontikiError when the node does not run or does not answer in time.
   */
  async log(
    options: { readonly from?: number; readonly max?: number } = {},
  ): Promise<readonly LogLine[]> {
    const { from = 1, max = 1000 } = options;
    return this.#control().call("log", CALL_MS, (node) => node.log(from, max));
  }

  /** SHA-256 of the state machine's state in hex, and the index of the last entry applied to it. */
  async digest(): Promise<{ readonly applied: number; readonly sha256: string }> {
    return this.#control().call("digest", CALL_MS, (node) => node.digest());
  }

  #control(): Control {
    const { thread } = this.#child;
    const { life } = this.#child.status();
    if (thread === undefined || life.type !== "running") {
      throw new KontikiError(`${this.id} does not run: it is ${life.type}`);
    }
    return thread.control;
  }

  async #until(what: string, holds: () => boolean, options: WaitOptions = {}): Promise<void> {
    await waitFor(
      this.#supervisor.events,
      `${what} of ${this.id}`,
      () => holds() || undefined,
      options,
    );
  }
}
