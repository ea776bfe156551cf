import { EventEmitter } from "node:events";
import type { Membership, NodeId } from "@kontiki/core";
import type { NodeDisk } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import type { HostAnswer, HostQuestion } from "../hosts/host-questions.ts";
import type { ClusterEvent, RaftStatus } from "../mail/status.ts";
import { clusterMetrics, type ClusterMetrics } from "../threads/cluster-metrics.ts";
import { ClusterView, type LeaderMembership } from "../threads/cluster-view.ts";
import { faultMemory } from "../threads/node-faults.ts";
import type { Publication, SupervisorOrder } from "../threads/supervision.ts";
import type { SupervisedDisk } from "../threads/supervisor-options.ts";
import { answerNodes } from "./answer-nodes.ts";
import { DeadLetterTally } from "./dead-letter-tally.ts";
import { HostMirror } from "./host-mirror.ts";
import { NodeMail } from "./node-mail.ts";
import { RemoteChild, type RemoteChildHost } from "./remote-child.ts";
import type { RemoteEvents, RemoteSupervisorOptions } from "./remote-supervisor-options.ts";
import { SupervisorThread } from "./supervisor-thread.ts";

type DropQuestion = HostQuestion & { readonly type: "drop" };

/** The supervisor, as the program's thread sees it: a mirror of what it has published, and orders. */
export class RemoteSupervisor {
  readonly events = new EventEmitter<RemoteEvents>();
  /** Ends a node that another host asks to drop, or says why not. */
  onDrop: ((question: DropQuestion) => Promise<HostAnswer>) | undefined;
  readonly mail: NodeMail;
  readonly deadLetters = new DeadLetterTally((event) => this.#emit(event));
  readonly #thread: SupervisorThread;
  readonly #children = new Map<NodeId, RemoteChild>();
  readonly #view: ClusterView;
  /** Why the cluster no longer runs. */
  #ended: string | undefined;
  /** The other hosts; undefined where there are none. */
  readonly otherHosts: HostMirror | undefined;
  /** Whether the supervisor's thread has ended. */
  #isGone = false;
  readonly #hasFaults: boolean;
  readonly #host: RemoteChildHost = {
    order: async (order) => this.#order(order),
    onMail: (letter) => this.mail.onMail(letter),
    onMalformed: (node, count) => this.deadLetters.add(node, "malformed", count),
    onStatus: (child, raft, isOther) => this.#onStatus(child, raft, isOther),
    onMembership: () => this.#onMembership(),
    onEvent: (event) => this.#emit(event),
  };

  /** Starts the supervisor's thread, which starts all nodes. @throws KontikiError when no thread can be started. */
  constructor({ options, priorities, network, isCarried, faults }: RemoteSupervisorOptions) {
    const { voters, dataDir, mailbox, hosts } = options;
    this.#hasFaults = faults;
    this.otherHosts =
      hosts && new HostMirror(hosts, async (...asked) => this.#thread.ask(...asked));
    const told = hosts && (() => this.otherHosts?.views() ?? []);
    // Every wait for something adds a listener, and there may be many.
    this.events.setMaxListeners(0);
    this.mail = new NodeMail({
      mailbox,
      network,
      hosts: this.otherHosts,
      note: (note) => this.#thread.note(note),
      onDeadLetter: (to, reason) => this.deadLetters.add(to, reason, 1),
    });
    this.#view = new ClusterView({ voters, dataDir, nodes: () => this.children, told });
    const nodes = options.nodes.map((disk) => this.#disturbable(disk));
    for (const disk of nodes) this.#mirror(disk);
    this.#thread = new SupervisorThread(
      { options: { ...options, nodes, ...this.mail.shared }, priorities },
      {
        onPublished: (publications) => this.#onPublished(publications),
        onExit: (cause) => this.#onExit(cause),
      },
    );
    this.mail.carry(isCarried);
  }

  get children(): readonly RemoteChild[] {
    return [...this.#children.values()];
  }

  child(id: string): RemoteChild | undefined {
    return this.#children.get(id as NodeId);
  }

  /** The nodes that a client can ask: those here, and those of other hosts. */
  get nodeIds(): readonly NodeId[] {
    const here = this.children.map(({ id }) => id);
    const others = this.otherHosts?.nodes ?? [];
    return [...here, ...others.filter((node) => !here.includes(node))];
  }

  /** Whether the cluster has nodes on other hosts. */
  get hasOtherHosts(): boolean {
    return this.otherHosts !== undefined;
  }

  /** Adds a node with this disk. It is not started. */
  add(added: NodeDisk): RemoteChild {
    const disk = this.#disturbable(added);
    this.#tell({ type: "add", disk });
    return this.#mirror(disk);
  }

  /** Removes a node that was closed. */
  forget(child: RemoteChild): void {
    const { id } = child;
    child.forget();
    this.#tell({ type: "forget", node: id });
    this.#children.delete(id);
    this.mail.router.forgetNode(id);
    this.#changed();
  }

  /** What is measured of the nodes and their mail: plain data. */
  metrics(): ClusterMetrics {
    return clusterMetrics(this.children, this.deadLetters.counts);
  }

  /** The present leader; undefined while none is known. */
  leader(): NodeId | undefined {
    return this.#view.leader();
  }

  /** The membership that the leader uses; undefined while no node leads. */
  leaderMembership(): LeaderMembership | undefined {
    return this.#view.leaderMembership();
  }

  /** The memberships of which one is in force: see {@link ClusterView.membershipsInForce}. */
  membershipsInForce(): readonly Membership[] {
    return this.#view.membershipsInForce();
  }

  /** The membership that the leader uses, for code that waits for a leader. @throws KontikiError once the cluster has ended: none will follow. */
  whoLeads(): LeaderMembership | undefined {
    this.checkRunning();
    return this.leaderMembership();
  }

  /** Why no quorum can come unless a node is started, in one line; undefined when one may. */
  quorumLoss(): string | undefined {
    return this.#view.quorumLoss();
  }

  /** Why no node leads, in one line; undefined while one does, and if an election may succeed at any time. */
  whyNoLeader(): string | undefined {
    return this.#view.noLeader()?.why;
  }

  /** Why no node can answer or will recover by itself; undefined when one may. It is asked with each proposal, so it makes nothing. */
  whyAllFailed(): string | undefined {
    if (this.hasOtherHosts) return undefined;
    // Nearly always the first one may.
    for (const { failure } of this.#children.values()) if (failure === undefined) return undefined;
    const causes = this.children.map(({ id, failure }) => `${id}: ${failure}`);
    return `all nodes have failed (${causes.join("; ")})`;
  }

  /** @throws KontikiError once the cluster is stopped, or its supervisor has ended. */
  checkRunning(): void {
    if (this.#ended !== undefined) throw new KontikiError(this.#ended);
  }

  /** Reports from now on when no node leads for some time. */
  watchLeader(): void {
    this.#tell({ type: "watchLeader" });
  }

  /** Announces that all nodes will stop: nothing can be started or asked of them from now on, but they still run. */
  announceStop(): void {
    this.#ended ??= "the cluster is stopped";
    this.#tell({ type: "announceStop" });
    this.#changed();
  }

  /** Stops all nodes permanently. All that is still waited for is checked again, and found not to come. */
  async stop(deadlineMs: number): Promise<void> {
    // When the supervisor's thread has ended, so have the nodes.
    await this.#order({ type: "stopAll", deadlineMs }).catch(() => {});
    this.#changed();
  }

  /** Ends the supervisor's thread. Its children must have ended. */
  async close(): Promise<void> {
    this.mail.close();
    await this.#thread.end();
  }

  /** Kills the supervisor's thread, whose children do not end. */
  abandon(): void {
    this.mail.close();
    this.#thread.kill();
  }

  async #order(order: SupervisorOrder): Promise<void> {
    try {
      await this.#thread.order(order);
    } catch (error) {
      if (!this.#isGone) throw error;
      // All nodes have ended with the thread.
      if (order.type !== "stop" && order.type !== "close") this.checkRunning();
    }
  }

  /** Gives an order that is refused only when the supervisor's thread has ended, which is reported anyway. */
  #tell(order: SupervisorOrder): void {
    this.#order(order).catch(() => {});
  }

  #disturbable(disk: NodeDisk): SupervisedDisk {
    return this.#hasFaults ? { ...disk, faults: faultMemory() } : disk;
  }

  #mirror(disk: SupervisedDisk): RemoteChild {
    const child = new RemoteChild(disk, this.#host);
    this.mail.router.detachNode(child.id);
    this.#children.set(child.id, child);
    return child;
  }

  /** What a node has sent to the program comes before what its supervisor made of it. */
  #onPublished(publications: readonly Publication[]): void {
    for (const child of this.#children.values()) child.take();
    for (const publication of publications) this.#apply(publication);
    // A thread that takes part from now on may have reported already, after what was published of its start.
    for (const child of this.#children.values()) child.take();
  }

  #apply(publication: Publication): void {
    switch (publication.type) {
      case "event":
        return this.#onEvent(publication.event);
      case "node":
        this.#children.get(publication.state.id)?.publish(publication.state);
        return this.#changed();
      case "up":
        return this.#onUp(publication);
      case "down":
        return this.#onDown(publication.node);
      case "mail":
        this.mail.router.receive(publication.letter);
        return;
      case "heard":
        if (this.otherHosts?.heard(publication) === true) this.events.emit("hosts");
        return this.#onHeard();
      case "asked":
        return void this.#onAsked(publication);
      case "deadLetters":
        this.deadLetters.onCounted(publication.counts);
        return this.#thread.note({ type: "counted" });
      default:
        publication satisfies never;
    }
  }

  async #onAsked({ id, question }: Publication & { readonly type: "asked" }): Promise<void> {
    const answer =
      question.type === "drop" ? await this.onDrop?.(question) : answerNodes(this.children);
    if (answer !== undefined) this.#thread.note({ type: "answered", question: id, answer });
  }

  #onUp(publication: Publication & { readonly type: "up" }): void {
    const child = this.#children.get(publication.node);
    if (child === undefined) return publication.control.close();
    this.mail.up(child, publication);
  }

  #onDown(node: NodeId): void {
    const child = this.#children.get(node);
    if (child !== undefined) this.mail.down(child);
  }

  #onEvent(event: ClusterEvent): void {
    if (event.type === "deadLetter") this.deadLetters.onFirst(event);
    else this.#emit(event);
  }

  #onStatus(child: RemoteChild, raft: RaftStatus, isOther: boolean): void {
    if (isOther) this.events.emit("status", child);
    const elected = this.#view.newLeader(child.id, raft);
    if (elected === undefined) return this.#changed();
    this.#emit(elected);
    this.#onMembership();
  }

  /** Another host may tell of a leader: what waits for one goes there. */
  #onHeard(): void {
    const elected = this.#view.toldLeader();
    if (elected !== undefined) this.#emit(elected);
    this.#onMembership();
  }

  #onMembership(): void {
    const changed = this.#view.newMembership();
    if (changed === undefined) this.#changed();
    else this.#emit(changed);
  }

  /** Without its supervisor nothing is left of the cluster: all threads have ended, and none starts again. */
  #onExit(cause: string | undefined): void {
    this.#isGone = true;
    if (cause === undefined) return;
    const why = `the supervisor's thread has ended: ${cause}`;
    this.#ended ??= why;
    this.mail.close();
    for (const { id } of this.children) this.#onDown(id);
    for (const child of this.children) child.lose(why);
    this.events.emit("lost");
    for (const { id, incarnation } of this.children)
      this.#emit({ type: "failed", node: id, incarnation, cause: why });
    this.#changed();
  }

  #emit(event: ClusterEvent): void {
    this.events.emit("event", event);
    this.#changed();
  }

  #changed(): void {
    this.events.emit("change");
  }
}
