import { isMember, type NodeId } from "@kontiki/core";
import type { Child } from "../threads/child.ts";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import { checkNodeName, NODES_MAX } from "./cluster-options.ts";
import { KontikiError, messageOf } from "../errors.ts";
import { fulfil, isGone, learns, RefusedChangeError, votes } from "./membership-wishes.ts";
import type { Supervisor } from "../threads/supervisor.ts";
import { Patience, type WaitOptions } from "./waiting.ts";

/** How a node is added to a cluster. */
export type AddNodeOptions = WaitOptions & {
  /** `voter`, the default: it gets a vote as soon as it has caught up. `learner`: it gets the log and has no vote. */
  readonly as?: "voter" | "learner" | undefined;
  /** The node whose place it takes: that one leaves the cluster in the same change, and its disk goes. */
  readonly replaces?: string | undefined;
};

/** How long an orderly stop of a node that leaves may take before its thread is killed, in ms. */
const STOP_MS = 5_000;

/** Nodes that come and go: their threads and disks together with the membership in the log. */
export class MemberChanges {
  readonly #supervisor: Supervisor;
  readonly #disks: ClusterDisks;
  readonly #pauseMs: number;

  /** @param pauseMs between two attempts to have a leader take a change. */
  constructor(supervisor: Supervisor, disks: ClusterDisks, pauseMs: number) {
    this.#supervisor = supervisor;
    this.#disks = disks;
    this.#pauseMs = pauseMs;
  }

  /** Makes a node with an empty disk and takes it into the cluster. Resolves when it is what it was added as. */
  async add(id: string, options: AddNodeOptions): Promise<void> {
    const { as = "voter" } = options;
    this.#supervisor.checkRunning();
    const node = this.#newName(id);
    const replaced = this.#replaced(options);
    const patience = new Patience(`adding ${node}`, options);
    const disk = this.#disks.addNode(node);
    const child = this.#supervisor.add(disk);
    try {
      child.start();
      await patience.for(this.#supervisor.events, () => isRunning(child));
      const wish = as === "voter" ? votes(node, disk.uid, replaced?.id) : learns(node, disk.uid);
      await fulfil(this.#supervisor, wish, patience, this.#pauseMs);
    } catch (error) {
      throw await this.#afterFailure(child, error);
    }
    if (replaced !== undefined) await this.#drop(replaced);
  }

  /** Takes a node out of the cluster, and when that is committed, its thread and its disk away. */
  async remove(id: string, options: WaitOptions): Promise<void> {
    this.#supervisor.checkRunning();
    const child = this.#childOf(id);
    const patience = new Patience(`removing ${child.id}`, options);
    await fulfil(this.#supervisor, isGone(child.id), patience, this.#pauseMs);
    await this.#drop(child);
  }

  /** Gives a node a vote as soon as it has caught up. Resolves when it has it. */
  async promote(id: string, options: WaitOptions): Promise<void> {
    this.#supervisor.checkRunning();
    const child = this.#childOf(id);
    const patience = new Patience(`promoting ${child.id}`, options);
    await fulfil(this.#supervisor, votes(child.id, child.uid), patience, this.#pauseMs);
  }

  #newName(id: string): NodeId {
    const node = checkNodeName(id);
    if (this.#supervisor.child(node) !== undefined) throw new KontikiError(this.#known(node));
    if (this.#supervisor.children.length >= NODES_MAX)
      throw new KontikiError(`a cluster has at most ${NODES_MAX} nodes: remove one first`);
    return node;
  }

  /** An addition that a crash cut short leaves a node that is no voter, or no member yet. */
  #known(node: NodeId): string {
    const known = `there is a node ${node} already`;
    const membership = this.#supervisor.leaderMembership()?.membership;
    if (membership === undefined || membership.voters.includes(node)) return known;
    const learns = membership.learners.includes(node);
    return `${known}, ${learns ? "without a vote" : "which is no member"}: promote it, or remove it`;
  }

  #replaced({ as = "voter", replaces }: AddNodeOptions): Child | undefined {
    if (replaces === undefined) return undefined;
    if (as === "learner") throw new KontikiError("a learner replaces nobody: it has no vote");
    return this.#childOf(replaces);
  }

  #childOf(id: string): Child {
    const child = this.#supervisor.child(id);
    if (child !== undefined) return child;
    const names = this.#supervisor.children.map((known) => known.id);
    throw new KontikiError(`there is no node ${id}: there are ${names.join(", ")}`);
  }

  /**
   * A node that is in no log for certain is taken away again. Otherwise a membership with it may be under way: it stays,
   * because a voter that nobody runs would be missing.
   */
  async #afterFailure(child: Child, error: unknown): Promise<unknown> {
    if (!(error instanceof KontikiError)) return error;
    const { id } = child;
    if (error instanceof RefusedChangeError || child.status().life.type !== "running") {
      if (!this.#isMemberToAnybody(id)) {
        await this.#drop(child);
        return new KontikiError(
          `${messageOf(error)}; ${id} is not added, and nothing is left of it`,
        );
      }
    }
    const membership = this.#supervisor.leaderMembership()?.membership;
    const joined = membership !== undefined && isMember(membership, id);
    const state = joined ? "has joined and catches up" : "runs on and may have joined or not";
    return new KontikiError(`${messageOf(error)}; ${id} ${state}: promote it, or remove it`);
  }

  #isMemberToAnybody(node: NodeId): boolean {
    return this.#supervisor.children.some(
      ({ membership }) => membership !== undefined && isMember(membership.membership, node),
    );
  }

  /** Ends a node's thread, and when it writes no more, takes its disk away. */
  async #drop(child: Child): Promise<void> {
    child.close(STOP_MS, `${child.id} was removed`);
    const look = (): true | undefined => child.thread === undefined || undefined;
    await new Patience(`stopping ${child.id}`).for(this.#supervisor.events, look);
    // The directory belongs to others once the cluster is stopped: then the node is removed another time.
    this.#supervisor.checkRunning();
    this.#disks.removeNode(child.id);
    this.#supervisor.forget(child);
  }
}

function isRunning(child: Child): true | undefined {
  const { life } = child.status();
  if (life.type === "failed") throw new KontikiError(`${child.id} cannot start: ${life.cause}`);
  if (life.type === "stopped")
    throw new KontikiError(`${child.id} was stopped while it was starting`);
  return life.type === "running" || undefined;
}
