import { EventEmitter } from "node:events";
import type { NodeId } from "@kontiki/core";
import type { Address } from "./address.ts";
import { Child } from "./child.ts";
import { PULSE_MS, type FromNode } from "./protocol.ts";
import type { RestartPolicy } from "./restart-policy.ts";
import { Router, type MailboxLimits } from "./router.ts";
import { sameStatus, type ClusterEvent, type DeadLetterReason, type RaftStatus } from "./status.ts";
import type { NodeThread } from "./thread.ts";

/** What a supervisor is made of. */
export type SupervisorOptions = {
  readonly nodes: readonly NodeId[];
  /** The folder of a node's log; undefined for disks in memory. */
  readonly pathOf: ((node: NodeId) => string) | undefined;
  readonly stateMachine: string;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly heapMiB: number;
  readonly policy: RestartPolicy;
  readonly mailbox: MailboxLimits;
};

/**
 * What happens in a cluster, as it happens: `event` for what befalls nodes, `status` when a node says something else
 * of its Raft state than before, `change` after either and more often, for whoever looks at the whole.
 */
export type SupervisorEvents = { event: [ClusterEvent]; status: [Child]; change: [] };

/**
 * Watches over the nodes of a cluster: starts them, carries their mail, sees them die and starts them again.
 *
 * It decides nothing itself: when to restart is `restart-policy.ts`, where mail goes `router.ts`, the life of one
 * node `child.ts`. Here they are wired.
 */
export class Supervisor {
  readonly events = new EventEmitter<SupervisorEvents>();
  readonly router: Router;
  readonly #children = new Map<NodeId, Child>();
  readonly #pulse = new SharedArrayBuffer(4);
  readonly #pulses: NodeJS.Timeout;
  readonly #deadLetters = new Map<string, number>();
  #leaderTerm = 0;

  constructor(options: SupervisorOptions) {
    // Everybody who waits for something listens, and many may.
    this.events.setMaxListeners(0);
    this.router = new Router(options.mailbox, (to, reason) => this.#onDeadLetter(to, reason));
    const counter = new Int32Array(this.#pulse);
    this.#pulses = setInterval(() => Atomics.add(counter, 0, 1), PULSE_MS);
    const { nodes, pathOf, policy, stateMachine } = options;
    const { electionTimeoutMs, heartbeatMs, heapMiB } = options;
    const spec = {
      voters: nodes,
      stateMachine,
      electionTimeoutMs,
      heartbeatMs,
      heapMiB,
      pulse: this.#pulse,
    };
    for (const node of nodes) {
      const child = new Child(node, {
        policy,
        spec,
        path: pathOf?.(node),
        onEvent: (event) => this.#tell(event),
        onUp: (up, thread) => this.#onUp(up, thread),
        onDown: (down) => this.router.detachNode(down.id),
        onTurn: (from, turn, before) => this.#onTurn(from, turn, before),
      });
      this.router.detachNode(node);
      this.#children.set(node, child);
    }
  }

  get children(): readonly Child[] {
    return [...this.#children.values()];
  }

  child(id: string): Child | undefined {
    return this.#children.get(id as NodeId);
  }

  /** How many letters could not be delivered, by reason and address. */
  get deadLetters(): ReadonlyMap<string, number> {
    return this.#deadLetters;
  }

  /** Ends what the supervisor itself runs. Its children must have ended. */
  close(): void {
    clearInterval(this.#pulses);
  }

  #onUp(child: Child, thread: NodeThread): void {
    this.router.attachNode(child.id, child.incarnation, (letter) => thread.post(letter));
  }

  #onTurn(
    child: Child,
    turn: FromNode & { readonly type: "turn" },
    before: RaftStatus | undefined,
  ): void {
    const { id, incarnation } = child;
    this.router.taken(id, turn.taken.letters, turn.taken.bytes);
    for (const { to, bytes } of turn.mail) this.router.route({ to, from: id, incarnation, bytes });
    for (let count = 0; count < turn.malformed; count += 1) this.#onDeadLetter(id, "malformed");
    if (!sameStatus(before, turn.raft)) this.events.emit("status", child);
    const { role, term } = turn.raft;
    if (role === "leader" && term > this.#leaderTerm) {
      this.#leaderTerm = term;
      this.#tell({ type: "leader", node: id, term });
    } else this.events.emit("change");
  }

  /** Told once for each address and reason, counted always: a node that is down gets much mail. */
  #onDeadLetter(to: Address, reason: DeadLetterReason): void {
    const key = `${to}: ${reason}`;
    const count = this.#deadLetters.get(key) ?? 0;
    this.#deadLetters.set(key, count + 1);
    if (count === 0) this.#tell({ type: "deadLetter", to, reason });
  }

  #tell(event: ClusterEvent): void {
    this.events.emit("event", event);
    this.events.emit("change");
  }
}
