import { setTimeout } from "node:timers/promises";
import { isMember, uidOf, type NodeId } from "@kontiki/core";
import type { RemoteChild } from "../program/remote-child.ts";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import { mayBeMember } from "./members.ts";
import { checkNodeName, NODES_MAX } from "./cluster-options.ts";
import { ChangeError, KontikiError, messageOf } from "../errors.ts";
import { changeEnd, leaderForChange, saysWhatIsOpen, untilLeaderForChange } from "./change-end.ts";
import { LeavingNodes, leavingWhile, type LeavingNode } from "./leaving-nodes.ts";
import {
  learner,
  reach,
  removed,
  shape,
  voter,
  type Disk,
  type MembershipTarget,
} from "./membership-targets.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { checkArgument } from "../options/argument.ts";
import { someNode } from "../options/node-names.ts";
import { checkOptions } from "../options/schema.ts";
import {
  ADD_NODE_OPTIONS,
  MEMBERS_CHANGE,
  type AddNodeOptions,
  type MembersChange,
} from "./member-options.ts";
import { Deadline, WAIT_OPTIONS, type WaitOptions } from "./deadline.ts";

/** How long changes may take to end after the cluster was stopped, in ms. One that waits for another host may take longer. */
const END_MS = 1_000;

/** Adds and removes nodes: their threads and disks together with the membership in the log. */
export class MemberChanges {
  readonly #supervisor: RemoteSupervisor;
  readonly #disks: ClusterDisks;
  readonly #pauseMs: number;
  readonly #leaving: LeavingNodes;
  readonly #underWay = new Set<Promise<void>>();

  /** @param pauseMs between two requests to a leader. */
  constructor(supervisor: RemoteSupervisor, disks: ClusterDisks, pauseMs: number) {
    this.#supervisor = supervisor;
    this.#disks = disks;
    this.#pauseMs = pauseMs;
    this.#leaving = new LeavingNodes(supervisor, disks);
  }

  /** The cluster was stopped, and all threads have ended: so do the changes under way, which first remove what they leave. */
  async settle(): Promise<void> {
    const over = setTimeout(END_MS, undefined, { ref: false });
    await Promise.race([Promise.allSettled(this.#underWay), over]);
    this.end();
  }

  /** No disk is removed from now on. */
  end(): void {
    this.#leaving.end();
  }

  async #begin(change: Promise<void>): Promise<void> {
    this.#underWay.add(change);
    try {
      await change;
    } finally {
      this.#underWay.delete(change);
    }
  }

  /** Creates a node with an empty disk and adds it to the cluster. Resolves when it has the requested role. */
  add(id: string, options: AddNodeOptions): Promise<void> {
    return this.#begin(this.#add(id, options));
  }

  async #add(id: string, options: AddNodeOptions): Promise<void> {
    checkArgument("Cluster.addNode", "id", someNode, id);
    checkOptions("Cluster.addNode", ADD_NODE_OPTIONS, options);
    const { as = "voter" } = options;
    this.#supervisor.checkRunning();
    const deadline = new Deadline(`adding ${id}`, options);
    // Without other hosts the new node exists when this returns.
    if (this.#supervisor.hasOtherHosts)
      await this.#leaving.hearOf(
        options.replaces === undefined ? [] : [options.replaces],
        deadline,
      );
    const replaced = this.#replaced(options);
    const node = this.#newName(id, replaced === undefined ? 0 : 1);
    this.#checkQuorum(deadline);
    const above = this.#supervisor.hasOtherHosts ? await this.#lastUid(deadline) : 0;
    this.#checkNew(node);
    const disk = this.#disks.addNode(node, above);
    const child = this.#supervisor.add(disk);
    const gone = replaced === undefined ? [] : [replaced];
    await leavingWhile(gone, async () => {
      try {
        await child.start();
        await deadline.wait(this.#supervisor.events, () => isRunning(child));
        const target =
          as === "voter" ? voter(node, disk.uid, replaced?.id) : learner(node, disk.uid);
        await reach(this.#supervisor, target, deadline, this.#pauseMs);
      } catch (error) {
        throw await this.#afterFailure(child, error, deadline.isOpen);
      }
      if (replaced !== undefined) await this.#leaving.drop(replaced);
    });
  }

  /** Removes a node from the cluster and, once that is committed, its thread and its disk. */
  remove(id: string, options: WaitOptions): Promise<void> {
    return this.#begin(this.#remove(id, options));
  }

  async #remove(id: string, options: WaitOptions): Promise<void> {
    checkArgument("Cluster.removeNode", "id", someNode, id);
    checkOptions("Cluster.removeNode", WAIT_OPTIONS, options);
    this.#supervisor.checkRunning();
    const deadline = new Deadline(`removing ${id}`, options);
    if (this.#supervisor.hasOtherHosts) await this.#leaving.hearOf([id], deadline);
    const node = this.#leaving.nodeOf(id);
    await leavingWhile([node], async () => {
      await this.#reach(removed(node.id), deadline);
      await this.#leaving.drop(node);
    });
  }

  /** Changes several members in one change, through a joint membership. Resolves when it is committed and left. */
  change(change: MembersChange, options: WaitOptions): Promise<void> {
    return this.#begin(this.#change(change, options));
  }

  async #change(change: MembersChange, options: WaitOptions): Promise<void> {
    const where = "Cluster.changeMembers";
    checkOptions(where, MEMBERS_CHANGE, change, "change");
    checkOptions(where, WAIT_OPTIONS, options);
    this.#supervisor.checkRunning();
    const { add = [], promote = [], remove = [], demote = [] } = change;
    const deadline = new Deadline("changing the members", options);
    if (this.#supervisor.hasOtherHosts)
      await this.#leaving.hearOf([...promote, ...remove, ...demote], deadline);
    const [promoted = [], leaving = [], demoted = []] = [promote, remove, demote].map((ids) =>
      ids.map((id) => this.#leaving.nodeOf(id)),
    );
    const twice = firstTwice([...add, ...promote, ...remove, ...demote]);
    if (twice !== undefined) throw new KontikiError(`${where}: ${twice} is named twice`);
    const names = add.map((id) => this.#newName(id, remove.length - add.length + 1));
    this.#checkQuorum(deadline);
    const above = this.#supervisor.hasOtherHosts ? await this.#lastUid(deadline) : 0;
    for (const node of names) this.#checkNew(node);
    const known = ({ id }: LeavingNode): Disk => ({ node: id, uid: this.#uidOf(id) });
    const [learned, learners] = [promoted.map(known), demoted.map(known)];
    const coming = names.map((node) => this.#supervisor.add(this.#disks.addNode(node, above)));
    const voters = [...coming.map(({ id, uid }) => ({ node: id, uid })), ...learned];
    const left = leaving.map(({ id }) => id);
    await leavingWhile(leaving, async () => {
      try {
        for (const child of coming) await child.start();
        await deadline.wait(this.#supervisor.events, () =>
          coming.every((child) => isRunning(child)) ? true : undefined,
        );
        await reach(this.#supervisor, shape(voters, left, learners), deadline, this.#pauseMs);
      } catch (error) {
        let failure: unknown = error;
        for (const child of coming)
          failure = await this.#afterFailure(child, failure, deadline.isOpen);
        throw coming.length === 0 ? saysWhatIsOpen(error) : failure;
      }
      for (const node of leaving) await this.#leaving.drop(node);
    });
  }

  /** Makes a node a voter as soon as it has caught up. Resolves when it is one. */
  async promote(id: string, options: WaitOptions): Promise<void> {
    checkArgument("Cluster.promote", "id", someNode, id);
    checkOptions("Cluster.promote", WAIT_OPTIONS, options);
    this.#supervisor.checkRunning();
    const deadline = new Deadline(`promoting ${id}`, options);
    if (this.#supervisor.hasOtherHosts) await this.#leaving.hearOf([id], deadline);
    const node = this.#leaving.nodeOf(id);
    if (node.child === undefined) await this.#lastUid(deadline);
    await this.#reach(voter(node.id, this.#uidOf(node.id)), deadline);
  }

  /** Which disk a node has: of one on another host, the one that the leader knows. */
  #uidOf(id: NodeId): number {
    const child = this.#supervisor.child(id);
    if (child !== undefined) return child.uid;
    const membership = this.#supervisor.leaderMembership()?.membership;
    if (membership !== undefined && isMember(membership, id)) return uidOf(membership, id);
    const host = this.#supervisor.otherHosts?.hostOf(id) ?? "";
    throw new KontikiError(`${id} is not a member: promote it on host ${host}, which has it`);
  }

  /** @throws ChangeError when no quorum can come: then nothing is begun. */
  #checkQuorum(deadline: Deadline): void {
    try {
      leaderForChange(this.#supervisor, deadline);
    } catch (error) {
      throw changeEnd(error, false);
    }
  }

  /**
   * The highest number of a disk that the cluster has assigned. Other hosts number their disks too, so a leader must be known,
   * who refuses a number that was assigned before.
   *
   * @throws ChangeError when no quorum can come: then nothing is begun.
   */
  async #lastUid(deadline: Deadline): Promise<number> {
    return (await untilLeaderForChange(this.#supervisor, deadline)).membership.lastUid;
  }

  async #reach(target: MembershipTarget, deadline: Deadline): Promise<void> {
    try {
      await reach(this.#supervisor, target, deadline, this.#pauseMs);
    } catch (error) {
      throw saysWhatIsOpen(error);
    }
  }

  /** @param leaving how many nodes leave in the same change. */
  #newName(id: string, leaving: number): NodeId {
    const node = checkNodeName(id);
    this.#checkNew(node);
    const { nodeIds } = this.#supervisor;
    if (nodeIds.length - leaving >= NODES_MAX)
      throw new KontikiError(`a cluster has at most ${NODES_MAX} nodes: remove one first`);
    return node;
  }

  /** While a call waits, another one may have added the node. */
  #checkNew(node: NodeId): void {
    if (this.#supervisor.nodeIds.includes(node)) throw new KontikiError(this.#known(node));
  }

  /** A change that a crash interrupted leaves a node that is not a voter, or not a member yet or any more. */
  #known(node: NodeId): string {
    const host = this.#supervisor.otherHosts?.hostOf(node);
    const known = `there is a node ${node} already${host === undefined ? "" : `, on host ${host}`}`;
    const membership = this.#supervisor.leaderMembership()?.membership;
    if (membership === undefined || membership.voters.includes(node)) return known;
    const state = isMember(membership, node) ? "without a vote" : "which is not a member";
    const uid = this.#supervisor.child(node)?.uid ?? Infinity;
    const isFit = mayBeMember(membership, node, uid);
    return `${known}, ${state}: ${isFit ? "promote it, or remove it" : "remove it first"}`;
  }

  #replaced({ as = "voter", replaces }: AddNodeOptions): LeavingNode | undefined {
    if (replaces === undefined) return undefined;
    if (as === "learner") throw new KontikiError("a learner cannot replace a node: it has no vote");
    return this.#leaving.nodeOf(replaces);
  }

  /**
   * A node that is certainly in no log is removed again. Otherwise a change that includes it may be in progress, and it
   * stays: without it, a voter of that membership would be missing. The reason of an abort stays as it is.
   */
  async #afterFailure(child: RemoteChild, error: unknown, isOpen: boolean): Promise<unknown> {
    const { id } = child;
    const isLeft = isOpen || this.#isMemberAnywhere(id);
    if (!isLeft) await this.#leaving.drop({ id, child });
    if (!(error instanceof KontikiError)) return error;
    if (!isLeft) {
      const message = `${messageOf(error)}; ${id} was not added, and nothing is left of it`;
      return new ChangeError(message, "definitelyNot");
    }
    const membership = this.#supervisor.leaderMembership()?.membership;
    const joined = membership !== undefined && isMember(membership, id);
    const state = joined
      ? "has joined and is catching up"
      : "keeps running and may or may not have joined";
    return new ChangeError(
      `${messageOf(error)}; ${id} ${state}: promote it, or remove it`,
      "unknown",
    );
  }

  #isMemberAnywhere(node: NodeId): boolean {
    const led = this.#supervisor.leaderMembership();
    return [led, ...this.#supervisor.children.map(({ membership }) => membership)].some(
      (known) => known !== undefined && isMember(known.membership, node),
    );
  }
}

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, at) => names.indexOf(name) < at);
}

function isRunning(child: RemoteChild): true | undefined {
  const { life } = child.status();
  if (life.type === "failed") throw new KontikiError(`${child.id} cannot start: ${life.cause}`);
  if (life.type === "stopped")
    throw new KontikiError(`${child.id} was stopped while it was starting`);
  return life.type === "running" || undefined;
}
