import { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import type { NodeDisk } from "../directory/cluster-disks.ts";
import { KontikiError } from "../errors.ts";
import type { HostAnswer, HostQuestion } from "../hosts/host-questions.ts";
import { isClientAddress, type ClientAddress } from "../mail/address.ts";
import type { Envelope } from "../mail/protocol.ts";
import type { ClusterEvent, DeadLetterReason, RaftStatus } from "../mail/status.ts";
import { clusterMetrics, type ClusterMetrics } from "../threads/cluster-metrics.ts";
import { ClusterView, type LeaderMembership } from "../threads/cluster-view.ts";
import { CarriedMail } from "../threads/mail-carrier.ts";
import { MailRoute } from "../mailboxes/mail-route.ts";
import { MailLoop } from "../mailboxes/mail-loop.ts";
import { Router, type ReceiveMail } from "../mailboxes/router.ts";
import { faultMemory } from "../threads/node-faults.ts";
import type { Publication, SupervisorOrder } from "../threads/supervision.ts";
import type { SupervisedDisk } from "../threads/supervisor-options.ts";
import { answerNodes } from "./answer-nodes.ts";
import { DeadLetterTally } from "./dead-letter-tally.ts";
import { HostMirror } from "./host-mirror.ts";
import { RemoteChild, type RemoteChildHost } from "./remote-child.ts";
import type { RemoteEvents, RemoteSupervisorOptions } from "./remote-supervisor-options.ts";
import { SupervisorThread } from "./supervisor-thread.ts";

type DropQuestion = HostQuestion & { readonly type: "drop" };

/**
 * The supervisor, as the program's thread sees it: a mirror of what it has published, and orders.
 *
 * Mail between the program's clients and the nodes does not pass the supervisor: the nodes have lanes to the program.
 */
export class RemoteSupervisor {
  readonly events = new EventEmitter<RemoteEvents>();
  /** Ends a node that another host asks to drop, or says why not. */
  onDrop: ((question: DropQuestion) => Promise<HostAnswer>) | undefined;
  /** Carries letters from the program's clients to the nodes, and back. */
  readonly router: Router<NodeId>;
  readonly deadLetters = new DeadLetterTally((event) => this.#emit(event));
  readonly #loop = new MailLoop();
  readonly #thread: SupervisorThread;
  readonly #children = new Map<NodeId, RemoteChild>();
  readonly #view: ClusterView;
  /** Whether the carrier carries the mail between nodes. */
  readonly #route: MailRoute | undefined;
  readonly #carried: CarriedMail | undefined;
  /** Why the cluster no longer runs. */
  #ended: string | undefined;
  /** The other hosts; undefined where there are none. */
  readonly otherHosts: HostMirror | undefined;
  /** Whether the supervisor's thread has ended. */
  #isGone = false;
  readonly #hasFaults: boolean;
  readonly #host: RemoteChildHost = {
    order: async (order) => this.#order(order),
    onMail: (letter) => this.#onMail(letter),
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
    this.router = new Router(mailbox, (to, reason) => this.deadLetters.add(to, reason, 1));
    this.#view = new ClusterView({ voters, dataDir, nodes: () => this.children, told });
    if (this.hasOtherHosts) this.router.attachElsewhere((letter) => this.#sendElsewhere(letter));
    const nodes = options.nodes.map((disk) => this.#disturbable(disk));
    for (const disk of nodes) this.#mirror(disk);
    this.#route = network && new MailRoute();
    this.#carried = network && new CarriedMail(network, (letter) => this.router.route(letter));
    const route = this.#route?.shared;
    const programBell = this.#loop.bell.shared;
    this.#thread = new SupervisorThread(
      { options: { ...options, nodes, route, programBell }, priorities },
      {
        onPublished: (publications) => this.#onPublished(publications),
        onExit: (cause) => this.#onExit(cause),
      },
    );
    this.carry(isCarried);
  }

  /** Whether the carrier carries the letters that nodes send from now on. Without a carrier it does nothing. */
  carry(isOn: boolean): void {
    this.#route?.carry(isOn);
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

  /** Letters to this client of the program go there from now on, also those from other hosts. */
  attachClient(client: ClientAddress, receive: ReceiveMail<NodeId>): void {
    this.router.attachClient(client, receive);
    if (this.hasOtherHosts) this.#thread.note({ type: "client", client });
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
    this.router.forgetNode(id);
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

  /** The same, for code that waits for a leader. @throws KontikiError once the cluster has ended: none will follow. */
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
    this.#route?.close();
    this.#carried?.close();
    await this.#thread.end();
  }

  /** Kills the supervisor's thread, whose children do not end. */
  abandon(): void {
    this.#route?.close();
    this.#carried?.close();
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
    this.router.detachNode(child.id);
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
        this.router.receive(publication.letter);
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

  /** A letter between nodes is here for the carrier, which may have been switched off since. */
  #onMail(letter: Envelope): void {
    const { to } = letter;
    const isDue = this.#route?.isCarried === true && !isClientAddress(to);
    if (isDue) return this.#carried?.send(letter);
    // A client with an idempotency key may be here and on another host at once.
    if (this.hasOtherHosts && isClientAddress(to) && !this.router.hasClient(to))
      this.#sendElsewhere(letter);
    this.router.route(letter);
  }

  /** A letter to a node that no host has presented is not sent: it would be lost, and its sender would wait for an answer. */
  #sendElsewhere(letter: Envelope): DeadLetterReason | undefined {
    const { to } = letter;
    if (!isClientAddress(to) && this.otherHosts?.isHeard(to) !== true) return "not running";
    // A copy: else the memory of all that came with it would be copied.
    this.#thread.note({ type: "mail", letter: { ...letter, bytes: letter.bytes.slice() } });
    return undefined;
  }

  #onUp({ node, incarnation, lanes, control }: Publication & { readonly type: "up" }): void {
    const child = this.#children.get(node);
    if (child === undefined) return control.close();
    const ends = child.connect(lanes, control);
    this.router.attachNode(node, incarnation, (letter) => ends.post(letter), ends.account);
    this.#loop.add(child);
  }

  #onDown(node: NodeId): void {
    const child = this.#children.get(node);
    if (child === undefined) return;
    this.#loop.remove(child);
    child.disconnect();
    this.router.detachNode(node);
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
    this.#route?.close();
    this.#carried?.close();
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
