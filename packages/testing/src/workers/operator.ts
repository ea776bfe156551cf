import { nodeId, type NodeId } from "@kontiki/core";
import { KontikiError, type AddNodeOptions, type WaitOptions } from "@kontiki/actors";
import type { Chance } from "../chance.ts";
import type { FaultAtlas } from "../nemesis/atlas.ts";
import { nodesOf } from "../nemesis/targets.ts";
import type { Fault } from "../scenario/fault.ts";
import { factsOf, type OperatorType } from "../scenario/faults/table.ts";
import type { ClusterTarget } from "./cluster-target.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";

/** A fault that changes the members of a cluster, or the disk of one. */
export type MembershipChange = Extract<Fault, { readonly type: OperatorType }>;

/** How long an operator waits for one change, in ms, unless the faults end before. */
const PATIENCE_MS = 30_000;

/** The most nodes of a cluster. */
const NODES_MAX = 9;

/** What an operator works with. */
export type OperatorParts = {
  readonly cluster: ClusterUnderTest;
  readonly target: ClusterTarget;
  readonly atlas: FaultAtlas;
  /** Aborts changes in progress. */
  readonly signal: AbortSignal;
};

/** Whether a fault is such a change. */
export function isMembershipChange<F extends Fault>(fault: F): fault is F & MembershipChange {
  return factsOf(fault.type).threads === "operator";
}

/** Changes the members of a cluster of threads as people would, with {@link Cluster.addNode} and similar methods. */
export class Operator {
  readonly #cluster: ClusterUnderTest;
  readonly #target: ClusterTarget;
  readonly #atlas: FaultAtlas;
  readonly #options: WaitOptions;
  #lastName: number;

  constructor({ cluster, target, atlas, signal }: OperatorParts) {
    this.#cluster = cluster;
    this.#target = target;
    this.#atlas = atlas;
    this.#options = { timeoutMs: PATIENCE_MS, signal };
    this.#lastName = cluster.nodeIds.length;
  }

  /**
   * Makes a change. Resolves when it is made.
   *
   * @throws KontikiError when it cannot be made, or the reason of the signal when that aborts it.
   */
  async perform(change: MembershipChange, chance: Chance): Promise<void> {
    const options = this.#options;
    switch (change.type) {
      case "add":
        return this.#add({});
      case "addLearner":
        return this.#add({ as: "learner" });
      case "remove":
        return this.#remove(this.#member(change.node, chance));
      case "replace": {
        const replaces = this.#member(change.node, chance);
        return this.#sendAway(replaces, () => this.#add({ replaces }));
      }
      case "wipe": {
        const node = this.#member(change.node, chance);
        const refused = this.#objectionToMove(node) ?? this.#atlas.objectionToDamage(node);
        return during(refused, this.#atlas.expectDamage(node), () =>
          this.#cluster.node(node).wipe(options),
        );
      }
      case "promote": {
        const learner = chance.pick(this.#target.membership().learners);
        if (learner === undefined) throw new KontikiError("there is no learner to promote");
        return this.#cluster.promote(learner, options);
      }
      case "grow":
        while (this.#voters < change.to) await this.#add({});
        return;
      case "shrink":
        while (this.#voters > change.to) await this.#remove(this.#member("any", chance));
        return;
      case "reshape":
        return this.#reshape(change, chance);
      default:
        return change satisfies never;
    }
  }

  async #add(role: Pick<AddNodeOptions, "as" | "replaces">): Promise<void> {
    const name = this.#newName();
    await during(undefined, this.#atlas.expectMove(nodeId(name)), () =>
      this.#cluster.addNode(name, { ...this.#options, ...role }),
    );
  }

  async #remove(node: NodeId): Promise<void> {
    await this.#sendAway(node, () => this.#cluster.removeNode(node, this.#options));
  }

  /** Makes a change after which a node is no member, and its folder is gone. */
  async #sendAway(node: NodeId, change: () => Promise<void>): Promise<void> {
    const refused = this.#objectionToRemoval(node);
    await during(refused, this.#expectRemoval(node), change);
  }

  #expectRemoval(node: NodeId): () => void {
    const ends = [this.#atlas.expectRemoval(node), this.#atlas.expectMove(node)];
    return () => {
      for (const end of ends) end();
    };
  }

  #objectionToRemoval(node: NodeId): string | undefined {
    return this.#objectionToMove(node) ?? this.#atlas.objectionToRemoval(node);
  }

  /** Why the folder of a node must stay: it holds, or may yet hold, the disk of another. */
  #objectionToMove(node: NodeId): string | undefined {
    const isSwapped = this.#atlas.isSwapped(node) || this.#target.isSwapped(node);
    return isSwapped ? `${node} has the disk of another` : undefined;
  }

  /** Several voters come, leave and lose their votes in one change; fewer leave where some must stay. */
  async #reshape(
    { in: come, out, demote = 0 }: MembershipChange & { readonly type: "reshape" },
    chance: Chance,
  ): Promise<void> {
    const ends: (() => void)[] = [];
    const remove: NodeId[] = [];
    const demoted: NodeId[] = [];
    for (const voter of chance.shuffled(this.#target.membership().voters)) {
      if (remove.length < out && this.#objectionToRemoval(voter) === undefined) {
        remove.push(voter);
        ends.push(this.#expectRemoval(voter));
      } else if (
        demoted.length < demote &&
        this.#atlas.objectionToDemotion(voter, false) === undefined
      ) {
        demoted.push(voter);
        ends.push(this.#atlas.expectDemotion(voter));
      }
    }
    const room = Math.min(come, NODES_MAX - this.#cluster.nodeIds.length);
    const add = Array.from({ length: room }, () => this.#newName());
    try {
      for (const node of add.map(nodeId))
        ends.push(this.#atlas.expectArrival(node), this.#atlas.expectMove(node));
      await this.#cluster.changeMembers({ add, remove, demote: demoted }, this.#options);
    } finally {
      for (const end of ends) end();
    }
  }

  get #voters(): number {
    return this.#target.membership().voters.length;
  }

  #newName(): string {
    this.#lastName += 1;
    return `n${this.#lastName}`;
  }

  #member(wanted: string, chance: Chance): NodeId {
    const found = nodesOf(wanted, { target: this.#target, chance, subject: undefined });
    if ("skipped" in found) throw new KontikiError(found.skipped);
    const { voters, learners } = this.#target.membership();
    const member = found.find((node) => voters.includes(node) || learners.includes(node));
    if (member === undefined) throw new KontikiError(`${found.join(", ")} is not a member`);
    return member;
  }
}

/**
 * Makes a change of which other faults must know while it is in progress.
 *
 * @param refused why it must not be made now; undefined if it may be.
 * @param over ends what other faults know of it.
 */
async function during(
  refused: string | undefined,
  over: () => void,
  change: () => Promise<void>,
): Promise<void> {
  try {
    if (refused !== undefined) throw new KontikiError(refused);
    await change();
  } finally {
    over();
  }
}
