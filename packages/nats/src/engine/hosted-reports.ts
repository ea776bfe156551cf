import { EFFECTS, type NodeStatus } from "@kontiki/actors";
import { EXPERIMENT_COUNTS } from "@kontiki/actors/node";
import type { HostReport } from "./host-protocol.ts";
import { Tally } from "./tally.ts";

/** What the host of a node has reported of it, over all its processes. */
export class HostedReports {
  readonly counts = new Tally(EXPERIMENT_COUNTS);
  readonly effects = new Tally(EFFECTS);
  #status: NodeStatus | undefined;
  #isKnown: boolean;

  /** @param isFirst whether the host has the node from the beginning. */
  constructor(isFirst: boolean) {
    this.#isKnown = isFirst;
  }

  /** Whether the host has or had the node. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** How the node is in the present process; undefined until that has reported it, and while the host does not have it. */
  get status(): NodeStatus | undefined {
    return this.#status;
  }

  /** The present process has reported. */
  take({ status, counts, effects }: HostReport): void {
    this.counts.report(counts);
    this.effects.report(effects);
    this.#status = status;
    this.#isKnown ||= status !== undefined;
  }

  /** The present process has ended, or is about to: what it still reports is not taken. */
  end(): void {
    this.#status = undefined;
    this.counts.end();
    this.effects.end();
  }
}
