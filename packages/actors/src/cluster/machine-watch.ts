import { setTimeout } from "node:timers/promises";
import { faultIn, machineFault, StateMachineError } from "../errors.ts";
import type { ClusterEvent } from "../mail/status.ts";
import type { RemoteChild } from "../program/remote-child.ts";
import {
  asked,
  divergenceIn,
  divergenceText,
  type Divergence,
  type NodeDigest,
} from "./state-comparison.ts";

/**
 * How long a node may take to come to the entry after which it is compared, in ms: while the cluster runs, and at its end,
 * when a heartbeat is all that can be missing.
 */
const [REACH_MS, END_MS] = [1000, 100];

/** The same for an entry that may never come. */
const LATER_MS = 250;

/** How long it may take to answer after that, in ms. */
const ANSWER_MS = 1000;

/**
 * How many entries after the last known one nodes are compared, in the order in which it is tried, over and over. Nodes
 * that stand still have no later one; nodes under load have passed the last known one.
 */
const AHEAD = [0, 256, 0, 4096, 0, 32_768];

/** How often it is tried. An election, or another crash, may be in the way. */
const ROUNDS_MAX = 24;

/** How long to wait between two attempts, in ms. */
const PAUSE_MS = 20;

/** What a watch reads and reports. */
export type MachineWatchParts = {
  readonly children: () => readonly RemoteChild[];
  readonly emit: (event: ClusterEvent) => void;
  /** Whether to compare nodes without being asked: after each restart, and at the end. */
  readonly isOn: boolean;
};

/** Compares the states of the nodes of a cluster, and keeps the first fault that was found in the state machine. */
export class MachineWatch {
  readonly #parts: MachineWatchParts;
  #found: string | undefined;
  #isComparing = false;
  #isAgain = false;
  #isOver = false;

  constructor(parts: MachineWatchParts) {
    this.#parts = parts;
  }

  onEvent(event: ClusterEvent): void {
    if (event.type === "failed") {
      const fault = faultIn(event.cause);
      if (fault !== undefined) this.#found ??= `${event.node}: ${fault}`;
    }
    if (event.type === "started" && event.incarnation > 1 && this.#parts.isOn)
      void this.#compareLater();
  }

  /** @throws StateMachineError when a fault was found. */
  check(): void {
    if (this.#found !== undefined) throw new StateMachineError(machineFault(this.#found));
  }

  /** Compares digests. @throws StateMachineError when two nodes differ, which is an event as well. */
  compare(digests: readonly NodeDigest[]): void {
    const divergence = divergenceIn(digests);
    if (divergence === undefined) return;
    this.#report(divergence);
    throw new StateMachineError(machineFault(divergenceText(divergence)));
  }

  /** Compares the nodes a last time, as they are, if that is on. */
  async end(): Promise<void> {
    this.#isOver = true;
    if (!this.#parts.isOn) return;
    const children = asked(this.#parts.children());
    const last = lastApplied(children);
    if (children.length < 2 || last === 0) return;
    const digests = await digestsOf(children, (child) => askAt(child, last, END_MS));
    this.#reportIn(digests);
  }

  #report(divergence: Divergence): void {
    if (this.#found !== undefined) return;
    this.#found = divergenceText(divergence);
    this.#parts.emit(divergence);
  }

  #reportIn(digests: readonly NodeDigest[]): void {
    const divergence = divergenceIn(digests);
    if (divergence !== undefined) this.#report(divergence);
  }

  async #compareLater(): Promise<void> {
    this.#isAgain = true;
    if (this.#isComparing) return;
    this.#isComparing = true;
    while (this.#isAgain && !this.#isOver) {
      this.#isAgain = false;
      await this.#compareNodes();
    }
    this.#isComparing = false;
  }

  /** Compares all nodes after one entry, if they come to it. */
  async #compareNodes(): Promise<void> {
    for (let round = 0; round < ROUNDS_MAX && !this.#isOver; round += 1) {
      const children = asked(this.#parts.children());
      const ahead = AHEAD[round % AHEAD.length] ?? 0;
      const entry = lastApplied(children) + ahead;
      const waitMs = ahead === 0 ? REACH_MS : LATER_MS;
      const digests =
        children.length < 2 || entry === 0
          ? []
          : await digestsOf(children, (child) => askAt(child, entry, waitMs));
      this.#reportIn(digests);
      if (digests.length > 1 && digests.length === children.length) return;
      await setTimeout(PAUSE_MS, undefined, { ref: false });
    }
  }
}

/** The last entry that any of these nodes has applied, as far as is known. */
function lastApplied(children: readonly RemoteChild[]): number {
  return Math.max(0, ...children.map((child) => child.status().raft?.applied ?? 0));
}

function askAt({ control }: RemoteChild, entry: number, waitMs: number): Answer {
  return control?.call("digest", waitMs + ANSWER_MS, (node) => node.digestAt(entry, waitMs));
}

type Answer = Promise<Omit<NodeDigest, "node"> | undefined> | undefined;

/** The answers of those nodes that gave one: any of them may end at any time. */
async function digestsOf(
  children: readonly RemoteChild[],
  ask: (child: RemoteChild) => Answer,
): Promise<readonly NodeDigest[]> {
  const answers = await Promise.allSettled(children.map(async (child) => ask(child)));
  return answers.flatMap((answer, at) => {
    const node = children[at]?.id;
    if (node === undefined || answer.status === "rejected" || answer.value === undefined) return [];
    return [{ node, ...answer.value }];
  });
}
