import type { ProgramCluster, ProgramNode } from "@kontiki/cli";
import {
  KeyValue,
  KontikiError,
  type AddNodeOptions,
  type AppliedEvent,
  type ClusterEvents,
  type ClusterMetrics,
  type ClusterOptions,
  type KeyValueCommand,
  type KeyValueResult,
  type Life,
  type LogLine,
  type Members,
  type NodeStatus,
  type OtherHost,
  type Outcome,
  type ProposeOptions,
  type ReadOptions,
} from "@kontiki/actors";
import { index, nodeId, term, type NodeId } from "@kontiki/core";
import { FakeFaults } from "./fake-faults.ts";
import { EventEmitter } from "node:events";

type FakeNode = { life: Life; incarnation: number; restarts: number; votes: boolean; uid: number };

/**
 * A cluster without threads: every proposal is applied at once, and the first running node leads.
 *
 * `next` holds outcomes for the proposals to come; "never" leaves one without an answer.
 */
export class FakeCluster implements ProgramCluster {
  readonly events = new EventEmitter<ClusterEvents>();
  readonly next: (Outcome<KeyValueResult> | "never")[] = [];
  readonly calls: string[] = [];
  /** The other hosts of the cluster. */
  others: readonly OtherHost[] = [];
  /** The nodes that are no members. */
  strays: readonly string[] = [];
  /** The options of each proposal. */
  readonly proposed: ProposeOptions[] = [];
  readonly #nodes: Map<string, FakeNode>;
  readonly #machine = new KeyValue();
  readonly #log: LogLine[] = [{ type: "noop", index: 1, term: 1 }];
  readonly #appliers = new Set<(event: AppliedEvent) => void>();
  #lastUid = 0;

  constructor(nodes = 3) {
    const ids = Array.from({ length: nodes }, (_, at) => nodeId(`n${at + 1}`));
    this.#nodes = new Map(ids.map((id) => [id, newNode(true, 0)]));
  }

  get nodeIds(): readonly NodeId[] {
    return [...this.#nodes.keys()].map(nodeId);
  }

  /** Applies the options of a start: its listener receives events from now on. */
  startedWith({ onEvent }: ClusterOptions): this {
    if (onEvent !== undefined) this.events.on("event", onEvent);
    return this;
  }

  status(): readonly NodeStatus[] {
    const leader = this.nodeIds.find((id) => this.#node(id).life.type === "running");
    const last = index(this.#log.length);
    return this.nodeIds.map((id) => {
      const { life, incarnation, restarts, votes, uid } = this.#node(id);
      const role = id === leader ? "leader" : "follower";
      const raft = {
        role,
        term: term(1),
        leader,
        commit: last,
        last,
        applied: last,
        first: index(1),
        snapshot: index(0),
        votes,
        repairing: false,
        lacks: undefined,
        receiving: undefined,
      } as const;
      const [trouble, condition] = [undefined, undefined];
      const spoken = life.type === "running" ? raft : undefined;
      return { id, life, incarnation, restarts, raft: spoken, uid, trouble, condition };
    });
  }

  /** From now on there are two other hosts: one that tells of a leader in a later term, and one that does not answer. */
  onHosts(): this {
    const [n1] = this.status();
    if (n1?.raft === undefined) throw new Error("a fake cluster has a node that runs");
    const raft = { ...n1.raft, term: term(7), leader: nodeId("m1") };
    const m1 = { ...n1, id: nodeId("m1"), raft };
    const silent = "host c has not answered within 1000 ms";
    this.others = [
      { host: "b", nodeIds: [m1.id], nodes: [m1], silent: undefined, heardAgoMs: 9 },
      { host: "c", nodeIds: [nodeId("m2")], nodes: undefined, silent, heardAgoMs: 4200 },
    ];
    return this;
  }

  async otherHosts(): Promise<readonly OtherHost[]> {
    return this.others;
  }

  hostOf(id: string): string | undefined {
    return this.others.find(({ nodeIds }) => nodeIds.some((node) => node === id))?.host;
  }

  whyNoLeader(): string | undefined {
    return undefined;
  }

  async members({ timeoutMs, signal }: WaitOptions = {}): Promise<Members> {
    const told = this.others.flatMap(({ nodes = [] }) => nodes);
    const members = [...this.status(), ...told]
      .filter(({ id }) => !this.strays.includes(id))
      .map(({ id, uid }) => {
        const votes = this.#nodes.get(id)?.votes !== false;
        return { id, role: votes ? ("voter" as const) : ("learner" as const), uid };
      });
    return {
      leader: await this.#leader(timeoutMs, signal),
      index: index(this.#lastUid),
      committed: true,
      members,
    };
  }

  async addNode(id: string, { as = "voter", replaces }: AddNodeOptions = {}): Promise<void> {
    this.calls.push(`add ${id} ${as} ${replaces ?? "-"}`);
    this.#lastUid += 1;
    this.#nodes.set(id, newNode(as === "voter", this.#lastUid));
    if (replaces !== undefined) this.#nodes.delete(replaces);
  }

  async removeNode(id: string): Promise<void> {
    this.#nodes.delete(id);
  }

  async promote(id: string): Promise<void> {
    this.#node(id).votes = true;
  }

  async transfer(id?: string): Promise<NodeId> {
    this.calls.push(`transfer ${id ?? "-"}`);
    return nodeId(id ?? "n2");
  }

  async read(
    question: KeyValueCommand,
    { consistency = "linearizable", node }: ReadOptions = {},
  ): Promise<Outcome<KeyValueResult>> {
    this.calls.push(`read ${consistency} ${node ?? "-"}`);
    const scripted = this.next.shift();
    if (scripted === "never") return untilAborted(undefined);
    if (question.type === "get" && question.key === "bench/puts") return this.#appliedPuts();
    return scripted ?? { type: "ok", value: this.#machine.query(question) };
  }

  async leader({ timeoutMs = 30_000, signal }: WaitOptions = {}): Promise<NodeId> {
    this.calls.push(`leader ${timeoutMs}`);
    return this.#leader(timeoutMs, signal);
  }

  async #leader(timeoutMs = 30_000, signal?: AbortSignal): Promise<NodeId> {
    const leader = this.status().find(({ raft }) => raft?.role === "leader");
    if (leader !== undefined) return leader.id;
    if (timeoutMs > 1000) return untilAborted(signal);
    throw new KontikiError(`waiting for a leader: not within ${timeoutMs} ms`);
  }

  async converged({ timeoutMs = 30_000 }: WaitOptions = {}): Promise<void> {
    this.calls.push(`converged ${timeoutMs}`);
  }

  proposeAll(commands: readonly KeyValueCommand[]): Promise<readonly Outcome<KeyValueResult>[]> {
    return Promise.all(commands.map((command) => this.propose(command)));
  }

  async propose(
    command: KeyValueCommand,
    options: ProposeOptions = {},
  ): Promise<Outcome<KeyValueResult>> {
    this.proposed.push(options);
    this.calls.push(command.type);
    const scripted = this.next.shift();
    if (scripted === "never") return untilAborted(undefined);
    if (scripted !== undefined) return scripted;
    const at = this.#log.length + 1;
    this.#log.push({ type: "command", index: at, term: 1, client: 7, sequence: at - 1, command });
    try {
      const result = this.#machine.apply(command);
      this.tellApplied({ type: "entry", index: at, commands: [{ command, result }] });
      return { type: "ok", value: result };
    } catch (error) {
      return { type: "error", message: (error as Error).message };
    }
  }

  watchApplied(listener: (event: AppliedEvent) => void): () => void {
    this.#appliers.add(listener);
    listener({ type: "begin", index: this.#log.length });
    return () => this.#appliers.delete(listener);
  }

  /** Tells listeners what was applied, or missed. */
  tellApplied(event: AppliedEvent): void {
    for (const listener of this.#appliers) listener(event);
  }

  async metrics(): Promise<ClusterMetrics> {
    const duration = { bounds: [0.001, 0.002], counts: [3, 0, 1], count: 4, sum: 0.5 };
    const nodes = this.status().map(({ id, life, raft, incarnation, restarts }) => ({
      node: id,
      life: life.type,
      role: raft?.role,
      term: raft?.term ?? 0,
      hasLeader: raft !== undefined,
      isLeader: raft?.role === "leader",
      isLearner: false,
      proposalsCommitted: raft?.commit ?? 0,
      proposalsApplied: raft?.applied ?? 0,
      leaderChangesSeen: 1,
      electionsStarted: 2,
      incarnation,
      restarts,
      mailboxLetters: 5,
      mailboxBytes: 600,
      turnDuration: duration,
      walFsyncDuration: duration,
    }));
    return { nodes, deadLetters: [{ to: "n2", reason: "mailbox full", count: 7 }] };
  }

  /** As the state machine of a bench counts them. */
  #appliedPuts(): Outcome<KeyValueResult> {
    const puts = this.#log.filter(
      (line) => line.type === "command" && (line.command as KeyValueCommand).type === "put",
    );
    return { type: "ok", value: String(puts.length) };
  }

  node(name: string): ProgramNode {
    const id = this.nodeIds.find((known) => known === name);
    if (id === undefined) throw new KontikiError(`there is no node ${name}`);
    return {
      id,
      crash: async () => this.#crash(id),
      stop: async () => this.setLife(id, { type: "stopped" }),
      start: async () => this.setLife(id, { type: "running" }),
      log: async (options) => {
        const { from = 1, max = 1000 } = options ?? {};
        this.calls.push(`log ${id} ${from} ${max}`);
        if (this.#node(id).life.type !== "running") throw new KontikiError(`${id} does not run`);
        return this.#log.slice(from - 1, from - 1 + max);
      },
      wipe: async () => {
        this.calls.push(`wipe ${id}`);
      },
      snapshot: async () => ({ index: this.#log.length, size: 1234 }),
      compact: async () => ({ first: this.#log.length + 1 }),
      digest: async () => ({ applied: this.#log.length, sha256: "00" }),
    };
  }

  /** The faults that sessions inject. */
  readonly faults = new FakeFaults();

  async openFaults(): Promise<FakeFaults> {
    return this.faults;
  }

  async stop(): Promise<void> {
    this.calls.push("stop");
  }

  /** Changes a node, with the events of a real cluster. */
  setLife(id: string, life: Life): void {
    this.#node(id).life = life;
    if (life.type === "stopped") {
      this.events.emit("event", { type: "stopped", node: nodeId(id), incarnation: 1 });
    }
  }

  #crash(id: NodeId): void {
    const node = this.#node(id);
    node.incarnation += 1;
    node.restarts += 1;
    const cause = "asked";
    const { incarnation } = node;
    const restartInMs = 10;
    const crashed = { type: "crashed", node: id, cause, asked: true, crashes: 0 } as const;
    this.events.emit("event", { ...crashed, incarnation: incarnation - 1, restartInMs });
    this.events.emit("event", { type: "started", node: id, incarnation, tornBytes: 0 });
  }

  #node(id: string): FakeNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no fake node ${id}`);
    return node;
  }
}

function newNode(votes: boolean, uid: number): FakeNode {
  return { life: { type: "running" }, incarnation: 1, restarts: 0, votes, uid };
}

type WaitOptions = {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
  });
}
