import { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import { ClusterView } from "./cluster-view.ts";
import type { NodeDisk } from "../directory/cluster-disks.ts";
import { Group } from "../supervision/group.ts";
import { Switchboard } from "../supervision/switchboard.ts";
import type { NodeSpec } from "../mail/protocol.ts";
import { LeaderWatch } from "./leader-watch.ts";
import type { RestartPolicy } from "../supervision/restart-policy.ts";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import type { Router } from "../mailboxes/router.ts";
import { NodeChild } from "./node-child.ts";
import type { ReportedTurn } from "./lane-report.ts";
import type { NodeHost } from "./node-child-host.ts";
import type { NodeThread } from "./thread.ts";
import type { OutgoingMail } from "../mail/protocol.ts";
import type { ClusterEvent } from "../mail/status.ts";

/** What every node's thread is started with. */
export type CommonSpec = Omit<
  NodeSpec,
  "id" | "uid" | "incarnation" | "disk" | "voters" | "priority" | "route" | "counters" | "faults"
>;

/** What a supervisor is made of. */
export type SupervisorOptions = {
  /** The voters that the cluster began with. */
  readonly voters: readonly NodeId[];
  /** The present nodes. */
  readonly nodes: readonly NodeDisk[];
  readonly spec: CommonSpec;
  /** How many levels the priority of a node is below the highest. */
  readonly levelsBelow: (node: NodeId) => number;
  readonly policy: RestartPolicy;
  readonly mailbox: MailboxLimits;
  /** Where the nodes' disks are, for messages; undefined if they are in memory. */
  readonly dataDir: string | undefined;
  /** Whether faults can be injected into the nodes' threads. */
  readonly faults?: boolean | undefined;
  /** With a carrier in the program: whether it carries letters now, and whether its thread runs. See `MailRoute`. */
  readonly route?: SharedArrayBuffer | undefined;
  /** The bell of the program's thread, which gets lanes to each node. Undefined if the supervisor is in that thread. */
  readonly programBell?: SharedArrayBuffer | undefined;
};

/** How long no node may lead before that is reported: at least so many ms and so many election timeouts. */
const NO_LEADER_MS = 2_000;
const NO_LEADER_TIMEOUTS = 16;

const STOPPED = "the cluster is stopped";

/**
 * What a supervisor emits: `event` for what happens to nodes, `life` when a node has another life, `up` and `down` when a
 * thread takes part and when it has ended, `deadLetters` when their counts have changed, and `change` after any of these
 * and more often, for code that waits for some state of the whole cluster.
 */
export type SupervisorEvents = {
  event: [ClusterEvent];
  life: [NodeId];
  up: [NodeId, incarnation: number, NodeThread];
  down: [NodeId, incarnation: number];
  deadLetters: [];
  change: [];
};

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

  constructor(options: SupervisorOptions) {
    this.#options = options;
    const { voters, dataDir } = options;
    this.#view = new ClusterView({ voters, dataDir, nodes: () => this.children });
    // Every wait for something adds a listener, and there may be many.
    this.events.setMaxListeners(0);
    this.#mail = new Switchboard(options.mailbox, (to, reason, isFirst) => {
      // Reported once for each address and reason, and always counted: a node that is down gets much mail.
      if (isFirst) this.#emit({ type: "deadLetter", to, reason });
      this.events.emit("deadLetters");
    });
    this.#watch = this.#leaderWatch();
    for (const disk of options.nodes) this.add(disk);
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
  add({ node, uid, path, fault }: NodeDisk): NodeChild {
    const child: NodeChild = new NodeChild(
      node,
      uid,
      fault,
      this.#hostOf(node, path, () => child),
    );
    this.router.detachNode(node);
    this.#group.add(child);
    return child;
  }

  /** Removes a node that was closed. */
  forget(child: NodeChild): void {
    this.#group.remove(child);
    this.router.forgetNode(child.id);
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

  /** Stops the supervisor's own timers. Its children must have ended. */
  close(): void {
    this.#watch.stop();
  }

  #leaderWatch(): LeaderWatch {
    return new LeaderWatch({
      afterMs: Math.max(NO_LEADER_MS, NO_LEADER_TIMEOUTS * this.#options.spec.electionTimeoutMs),
      hasLeader: () => this.#view.leader() !== undefined,
      why: () => {
        const known = this.#view.noLeader();
        return known === undefined
          ? "enough voters run, and none has been elected yet"
          : `${known.why}: ${known.wayOut}`;
      },
      onNoLeader: (forMs, why) => this.#emit({ type: "noLeader", forMs: Math.round(forMs), why }),
    });
  }

  #hostOf(node: NodeId, path: string | undefined, child: () => NodeChild): NodeHost {
    const { spec, voters, policy, levelsBelow, mailbox, faults = false } = this.#options;
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
        this.#mail.up(node, incarnation, thread);
        this.events.emit("up", node, incarnation, thread);
      },
      onDown: (incarnation) => {
        this.#mail.down(node, incarnation);
        this.events.emit("down", node, incarnation);
      },
      onTrouble: (incarnation) => this.router.bury(node, incarnation),
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
    this.#onMembership();
  }

  #onMembership(): void {
    const changed = this.#view.newMembership();
    if (changed === undefined) this.#changed();
    else this.#emit(changed);
  }

  #emit(event: ClusterEvent): void {
    this.events.emit("event", event);
    this.#changed();
  }

  #changed(): void {
    this.events.emit("change");
  }
}
