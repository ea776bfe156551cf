import { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import { ClusterView } from "./cluster-view.ts";
import { HostMail } from "../hosts/host-mail.ts";
import { ALL } from "../hosts/host-presence.ts";
import type { HostQuestion, HostReply } from "../hosts/host-questions.ts";
import type { OtherHost } from "../hosts/other-hosts.ts";
import { isClientAddress, type ClientAddress } from "../mail/address.ts";
import { answerHost } from "./answer-host.ts";
import { HostNodes } from "./host-nodes.ts";
import { Group } from "../supervision/group.ts";
import { Switchboard } from "../supervision/switchboard.ts";
import type { Envelope } from "../mail/protocol.ts";
import { LeaderWatch } from "./leader-watch.ts";
import type { Router } from "../mailboxes/router.ts";
import { NodeChild } from "./node-child.ts";
import type { ReportedTurn } from "./lane-report.ts";
import type { SupervisedDisk, SupervisorEvents, SupervisorOptions } from "./supervisor-options.ts";
import type { NodeHost } from "./node-child-host.ts";
import type { HostSpec } from "../hosts/host-spec.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { ClusterEvent } from "../mail/status.ts";

/** How long no node may lead before that is reported: at least so many ms and so many election timeouts. */
const NO_LEADER_MS = 2_000;
const NO_LEADER_TIMEOUTS = 16;

const STOPPED = "the cluster is stopped";

/**
 * Supervises the nodes of a cluster: starts them, carries their mail, notices when they die and restarts them.
 *
 * It only wires what every supervisor of actors has, a `Group` of children and a `Switchboard` of their mail, to what
 * Raft nodes have beside that. Each node is restarted alone.
 */
export class Supervisor {
  readonly events = new EventEmitter<SupervisorEvents>();
  readonly #mail: Switchboard<NodeId>;
  readonly #options: SupervisorOptions;
  readonly #group = new Group<NodeChild>("one-for-one", 0);
  readonly #watch: LeaderWatch;
  readonly #view: ClusterView;
  readonly #hosts: HostMail | undefined;
  readonly #hostNodes = new HostNodes((node) => this.child(node));

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { voters, dataDir, hosts } = options;
    const told = hosts && (() => this.#hosts?.presence.others.views() ?? []);
    this.#view = new ClusterView({ voters, dataDir, nodes: () => this.children, told });
    // Every wait for something adds a listener, and there may be many.
    this.events.setMaxListeners(0);
    this.#mail = new Switchboard(options.mailbox, (to, reason, isFirst) => {
      // Reported once for each address and reason, and always counted: a node that is down gets much mail.
      if (isFirst) this.#emit({ type: "deadLetter", to, reason });
      this.events.emit("deadLetters");
    });
    this.#watch = this.#leaderWatch();
    this.#hosts = hosts && this.#hostMail(hosts);
    if (this.#hosts !== undefined)
      this.router.attachElsewhere((letter) => this.#hosts?.send(letter));
    for (const disk of options.nodes) this.add(disk);
  }

  /** Opens the mail to other hosts, if there are any. @throws KontikiError when there is no such transport. */
  async openHosts(): Promise<void> {
    await this.#hosts?.open();
  }

  /** Sends a letter of the program's clients, or one to a client that is not in the program. */
  sendElsewhere(letter: Envelope): void {
    if (this.child(letter.to) !== undefined) this.router.route(letter);
    else {
      const reason = this.#hosts?.send(letter);
      if (reason !== undefined) this.#mail.lose(letter.to, reason, 1);
    }
  }

  /** A letter for a client of the program was dropped: too many wait for it. */
  dropped({ to }: Envelope): void {
    this.#mail.lose(to, "mailbox full", 1);
  }

  /** The client of the program. */
  clientIs(client: ClientAddress): void {
    this.#hosts?.presence.clientIs(client);
  }

  /** Asks another host, and resolves to its answer, or to why there is none. */
  async ask(host: string, question: HostQuestion, waitMs: number): Promise<HostReply> {
    if (this.#hosts !== undefined) return this.#hosts.ask(host, question, waitMs);
    return { type: "none", why: "there are no other hosts", isOpen: false };
  }

  /** What is known of another host. */
  otherHost(name: string): OtherHost | undefined {
    return this.#hosts?.presence.others.named(name);
  }

  /** Reports from now on when no node leads for some time. */
  watchLeader(): void {
    this.#watch.begin();
  }

  get router(): Router<NodeId> {
    return this.#mail.router;
  }

  get children(): readonly NodeChild[] {
    return this.#group.children;
  }

  child(id: string): NodeChild | undefined {
    return this.#group.get(id);
  }

  /** Adds a node with this disk. It is not started. */
  add(disk: SupervisedDisk): NodeChild {
    const { node, uid, fault } = disk;
    const child: NodeChild = new NodeChild(
      node,
      uid,
      fault,
      this.#hostOf(disk, () => child),
    );
    this.router.detachNode(node);
    this.#group.add(child);
    return child;
  }

  /** Removes a node that was closed. */
  forget(child: NodeChild): void {
    this.#group.remove(child);
    this.router.forgetNode(child.id);
    this.#hostNodes.forget(child.id);
    this.#hosts?.presence.sayHello(ALL, false);
    this.events.emit("change");
  }

  /** How many letters could not be delivered, by reason and address. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#mail.deadLetters;
  }

  /** Announces that all nodes will stop: nothing can be started or asked of them from now on, but they still run. */
  announceStop(): void {
    for (const child of this.children) child.refuse(STOPPED);
    this.#changed();
  }

  /** Stops all nodes permanently. All that is still waited for is checked again, and found not to come. */
  stop(deadlineMs: number): void {
    this.#watch.stop();
    for (const child of this.children) child.close(deadlineMs, STOPPED);
    this.#changed();
  }

  /** Stops the supervisor's own timers and its connections. Its children must have ended. */
  close(): void {
    this.#watch.stop();
    void this.#hosts?.close();
  }

  #hostMail(spec: HostSpec): HostMail {
    return new HostMail(spec, {
      present: () => this.#hostNodes.present,
      count: () => this.children.length,
      positionOf: (node) => this.#hostNodes.positionOf(node),
      deliver: (letter) => {
        if (isClientAddress(letter.to)) this.events.emit("mail", letter);
        else this.router.receive(letter);
      },
      bury: (node, incarnation, about) => this.router.bury(node, incarnation, about),
      view: () => this.#view.own(),
      refuse: (node, why) => this.child(node)?.disown(why),
      onHeard: (host) => {
        this.events.emit("heard", host);
        this.#changed();
      },
      answer: (question) =>
        answerHost(
          question,
          (node) => this.child(node),
          (asked) =>
            new Promise((answer) => this.events.emit("asked", { question: asked, answer })),
        ),
      onDeadLetter: (to, reason) => this.#mail.lose(to, reason, 1),
      onState: (connected, what) => this.#emit({ type: "transport", connected, what }),
    });
  }

  #leaderWatch(): LeaderWatch {
    return new LeaderWatch({
      afterMs: Math.max(NO_LEADER_MS, NO_LEADER_TIMEOUTS * this.#options.spec.electionTimeoutMs),
      hasLeader: () => this.#view.leader() !== undefined,
      why: () => {
        const known = this.#view.noLeader();
        if (known !== undefined) return `${known.why}: ${known.wayOut}`;
        const silent = this.#hosts?.presence.silent() ?? [];
        if (silent.length > 0) return `nothing is heard from ${silent.join(", ")}`;
        return "enough voters run, and none has been elected yet";
      },
      onNoLeader: (forMs, why) => this.#emit({ type: "noLeader", forMs: Math.round(forMs), why }),
    });
  }

  #hostOf({ node, path, faults }: SupervisedDisk, child: () => NodeChild): NodeHost {
    const { spec, voters, policy, levelsBelow, mailbox } = this.#options;
    const { route, programBell } = this.#options;
    return {
      policy,
      restart: "permanent",
      givesUpFirst: false,
      spec: { ...spec, voters, priority: levelsBelow(node), route },
      path,
      faults,
      mail: { loop: this.#mail.loop, limits: mailbox, programBell },
      onEvent: (event) => this.#emit(event),
      onLife: () => this.events.emit("life", node),
      onUp: (incarnation, thread) => {
        this.#hostNodes.up(node);
        this.#mail.up(node, incarnation, thread);
        this.events.emit("up", node, incarnation, thread);
        this.#hosts?.presence.sayHello(ALL, true);
      },
      onDown: (incarnation) => {
        this.#mail.down(node, incarnation);
        this.#hosts?.bury(node, incarnation);
        this.events.emit("down", node, incarnation);
      },
      onGone: () => {},
      onTrouble: (incarnation, stage) => {
        this.router.bury(node, incarnation, { stage });
        this.#hosts?.bury(node, incarnation, stage);
      },
      onPaused: () => this.#changed(),
      onMembership: () => this.#onMembership(),
      onCrashed: (decision) => this.#group.onCrashed(child(), decision),
      onRestartDue: () => this.#group.onRestartDue(child()),
      onLetter: (letter, incarnation) =>
        void this.#mail.carry(node, incarnation, letter as OutgoingMail),
      onMailReport: (report) => this.#mail.onMailReport(node, report),
      onTurn: (_, turn) => this.#onTurn(node, turn),
    };
  }

  #onTurn(node: NodeId, turn: ReportedTurn): void {
    this.#mail.lose(node, "malformed", turn.malformed);
    if (turn.raft === undefined) return;
    const elected = this.#view.newLeader(node, turn.raft);
    if (elected === undefined) return this.#changed();
    this.#emit(elected);
    this.#hosts?.presence.sayHello(ALL, false);
    this.#onMembership();
  }

  #onMembership(): void {
    const changed = this.#view.newMembership();
    if (changed === undefined) return this.#changed();
    this.#emit(changed);
    this.#hosts?.presence.sayHello(ALL, false);
  }

  #emit(event: ClusterEvent): void {
    this.events.emit("event", event);
    this.#changed();
  }

  #changed(): void {
    this.events.emit("change");
  }
}
