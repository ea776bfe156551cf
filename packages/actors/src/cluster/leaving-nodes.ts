import { isMember, uidOf, type NodeId } from "@kontiki/core";
import type { ClusterDisks } from "../directory/cluster-disks.ts";
import { KontikiError, messageOf } from "../errors.ts";
import type { HostAnswer, HostQuestion } from "../hosts/host-questions.ts";
import type { RemoteChild } from "../program/remote-child.ts";
import type { RemoteSupervisor } from "../program/remote-supervisor.ts";
import { untilLeaderForChange } from "./change-end.ts";
import { Deadline } from "./deadline.ts";

/** A node that may leave the cluster: with its child if it is here, without if it is on another host. */
export type LeavingNode = { readonly id: NodeId; readonly child: RemoteChild | undefined };

/** How long a graceful stop of a leaving node may take before its thread is killed, in ms. */
const STOP_MS = 5_000;

/** How long another host may take to do that, in ms. */
const HOST_MS = 15_000;

const DONE: HostAnswer = { type: "answer", value: null };

/** While nodes leave, their disks count for no wipe of another one: they are removed in the end. */
export async function leavingWhile(
  nodes: readonly LeavingNode[],
  act: () => Promise<void>,
): Promise<void> {
  const begun = nodes.flatMap(({ child }) => child?.wipes.begin() ?? []);
  try {
    await act();
  } finally {
    for (const { end } of begun) end();
  }
}

/** Ends the nodes that have left the cluster, on the host where they are, and removes their disks. */
export class LeavingNodes {
  readonly #supervisor: RemoteSupervisor;
  readonly #disks: ClusterDisks;
  #isOver = false;

  constructor(supervisor: RemoteSupervisor, disks: ClusterDisks) {
    this.#supervisor = supervisor;
    this.#disks = disks;
    supervisor.onDrop = (question) => this.#onDrop(question);
  }

  /**
   * Waits for a leader where one of these nodes is not known: a host that has just started may not have heard of it yet.
   *
   * @throws ChangeError when there is none in time.
   */
  async hearOf(ids: readonly string[], deadline: Deadline): Promise<void> {
    const unknown = ids.find((id) => !this.#isKnown(id));
    if (unknown === undefined) return;
    deadline.obstacle = `no host is known to have ${unknown}, nor is a leader`;
    await untilLeaderForChange(this.#supervisor, deadline);
    deadline.obstacle = undefined;
  }

  /** A node of any host. @throws KontikiError that names them all when there is none of this name. */
  nodeOf(id: string): LeavingNode {
    if (this.#isKnown(id)) return { id: id as NodeId, child: this.#supervisor.child(id) };
    const { nodeIds } = this.#supervisor;
    throw new KontikiError(`there is no node ${id}: there are ${nodeIds.join(", ")}`);
  }

  #isKnown(id: string): boolean {
    const node = id as NodeId;
    const membership = this.#supervisor.leaderMembership()?.membership;
    const isKnown = membership !== undefined && isMember(membership, node);
    return this.#supervisor.nodeIds.includes(node) || (this.#supervisor.hasOtherHosts && isKnown);
  }

  /** The cluster has ended. The directory may belong to others from now on, and no disk is removed. */
  end(): void {
    this.#isOver = true;
  }

  /**
   * Ends a node's thread, and removes its disk once nothing writes to it.
   *
   * @throws KontikiError when it is on another host that does not do it: it is no member any more all the same.
   */
  async drop({ id, child }: LeavingNode): Promise<void> {
    if (child === undefined) return this.#dropElsewhere(id);
    await child.close(STOP_MS, `${child.id} was removed`);
    const look = (): true | undefined => !child.hasThread || undefined;
    await new Deadline(`stopping ${child.id}`).wait(this.#supervisor.events, look);
    if (this.#isOver) this.#supervisor.checkRunning();
    // Another call has dropped it meanwhile.
    if (this.#supervisor.child(child.id) !== child) return;
    this.#disks.removeNode(child.id);
    this.#supervisor.forget(child);
  }

  async #dropElsewhere(node: NodeId): Promise<void> {
    const hosts = this.#supervisor.otherHosts;
    const host = hosts?.hostOf(node);
    // Its host has dropped it already.
    if (hosts === undefined || host === undefined) return;
    const index = this.#supervisor.leaderMembership()?.index ?? 0;
    const reply = await hosts.ask(host, { type: "drop", node, index }, HOST_MS);
    if (reply.type === "answer") return;
    throw new KontikiError(
      `${node} is no longer a member, but its host ${host} has not removed its folder (${reply.why}): ` +
        `remove it again on host ${host}, or, if that is gone, do nothing`,
    );
  }

  /** Another host has removed a node of this one from the members. */
  async #onDrop({ node, index }: HostQuestion & { readonly type: "drop" }): Promise<HostAnswer> {
    const child = this.#supervisor.child(node);
    if (child === undefined) return DONE;
    const led = this.#supervisor.leaderMembership();
    const known = [led, ...this.#supervisor.children.map(({ membership }) => membership)];
    const isBack = known.some(
      (each) =>
        each !== undefined &&
        each.index >= index &&
        isMember(each.membership, node) &&
        uidOf(each.membership, node) === child.uid,
    );
    if (isBack) return { type: "refused", why: `${node} is a member` };
    try {
      await this.drop({ id: node, child });
      return DONE;
    } catch (error) {
      if (!(error instanceof KontikiError)) throw error;
      return { type: "refused", why: messageOf(error) };
    }
  }
}
