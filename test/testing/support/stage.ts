import {
  INDEX_ZERO,
  index,
  initialMembership,
  LOG_START,
  nodeId,
  term,
  TERM_ZERO,
  type Effect,
  type Entry,
  type Event,
  type Leader,
  type Membership,
  type Message,
  type NodeId,
  type Snapshot,
  type State,
} from "@kontiki/core";
import {
  encodeCommand,
  encodeParcel,
  type CommandBytes,
  type NodeActor,
  type Recovered,
} from "@kontiki/actors/node";
import type { Report } from "../../../packages/testing/src/claims/report.ts";
import { commandOf } from "../../../packages/actors/src/sessions/command.ts";
import type {
  Happening,
  Observer,
  Proposal,
} from "../../../packages/testing/src/engine/observer.ts";

/** The first voters of the cluster on a stage. */
export const VOTERS = ["n1", "n2", "n3"].map(nodeId);

const TICK: Event<CommandBytes> = { type: "replicate" };

const FOLLOWER = {
  type: "follower",
  leader: undefined,
  heard: false,
  receiving: undefined,
} as const;

/** The role of a leader without details. */
export const LEADER: Leader = {
  type: "leader",
  progress: {},
  round: 0,
  check: { round: 1, beats: 0 },
  reads: [],
  transfer: undefined,
  leaseGivenUp: false,
};

/** The result of recovering an empty disk. */
export const EMPTY: Recovered = {
  hard: { term: TERM_ZERO, votedFor: undefined },
  base: LOG_START,
  entries: [],
  snapshot: undefined,
  horizon: undefined,
  damage: undefined,
  tornBytes: 0,
};

/** An entry with a command that holds only its number. */
export function command(at: number, inTerm: number, content = at): Entry<CommandBytes> {
  const bytes = new Uint8Array(17).fill(content);
  return { type: "command", index: index(at), term: term(inTerm), command: bytes };
}

/** An operation of a client in its first session. */
export function operation(
  at: number,
  inTerm: number,
  { client, sequence }: Proposal,
  payload: unknown,
): Entry<CommandBytes> {
  const bytes = commandOf({ client, sequence, floor: 0 }, encodeCommand(payload));
  return { type: "command", index: index(at), term: term(inTerm), command: bytes };
}

/** An entry with a membership change. */
export function change(at: number, inTerm: number, voters: string): Entry<CommandBytes> {
  return { type: "membership", index: index(at), term: term(inTerm), membership: members(voters) };
}

/** A membership of these voters, given as names separated by spaces. */
export function members(voters: string): Membership {
  return initialMembership(voters.split(" ").map(nodeId));
}

/** A snapshot that ends with this entry. */
export function snapshotOf(at: number, inTerm: number, membership = members("n1 n2 n3")): Snapshot {
  return { index: index(at), term: term(inTerm), membership, size: 100, checksum: at };
}

/** A message that arrives from a node. */
export function from(node: string, message: Message<CommandBytes>): Event<CommandBytes> {
  return { type: "message", from: nodeId(node), fromUid: 0, toUid: 0, message };
}

/** The effect of sending a message to a node. */
export function sends(to: string, message: Message<CommandBytes>): Effect<CommandBytes> {
  return { type: "send", to: nodeId(to), uid: 0, message };
}

/** The effect of appending entries to the log. */
export const appends = (...entries: readonly Entry<CommandBytes>[]): Effect<CommandBytes> => ({
  type: "appendLog",
  entries,
});

/** Changes of a state, with plain numbers. */
type Changes = Partial<Omit<State, "term" | "commit" | "durable" | "votedFor">> & {
  readonly term?: number;
  readonly commit?: number;
  readonly durable?: number;
  readonly votedFor?: string;
};

/** Passes hand-made events to an observer and collects its reports. */
export class Stage<Watcher extends Observer = Observer> {
  readonly reports: string[] = [];
  readonly watcher: Watcher;
  readonly #states = new Map<string, State>();

  constructor(make: (report: Report) => Watcher) {
    this.watcher = make(({ check, text }) => this.reports.push(`${check}: ${text}`));
  }

  /** The state of a node after its last step. */
  state(node: string): State {
    const state = this.#states.get(node);
    if (state === undefined) throw new Error(`${node} was never started`);
    return state;
  }

  start(node: string, found: Partial<Recovered> = {}, uid = 0): void {
    const recovered = { ...EMPTY, ...found };
    const { hard, base, entries, snapshot, horizon } = recovered;
    this.#states.set(node, {
      ...hard,
      commit: snapshot?.index ?? INDEX_ZERO,
      durable: index(base.index + entries.length),
      memberships: [],
      snapshot,
      horizon,
      repair:
        horizon === undefined
          ? undefined
          : { proven: INDEX_ZERO, answers: {}, without: [], tried: [] },
      role: FOLLOWER,
    });
    // It has applied more than is known to be committed, so its state is compared with no other.
    const actor = { digest: () => ({ applied: Infinity, sha256: "" }) } as unknown as NodeActor;
    const id = nodeId(node);
    this.happens({ type: "started", node: id, uid, incarnation: 1, recovered, actor });
  }

  startAll(): void {
    for (const node of VOTERS) this.start(node);
  }

  happens(happening: Happening): void {
    this.watcher.onHappening(happening);
  }

  ends(node: string): void {
    this.happens({ type: "ended", node: nodeId(node), cause: "a crash", kept: "nothing" });
  }

  /**
   * A step with these changes of the state and these effects. A changed term or vote is saved automatically. A new term has
   * no vote unless `changes` has one.
   */
  step(node: string, changes: Changes, ...effects: readonly Effect<CommandBytes>[]): void {
    this.takes(node, TICK, changes, ...effects);
  }

  /** The same, for an event. */
  takes(
    node: string,
    event: Event<CommandBytes>,
    changes: Changes,
    ...effects: readonly Effect<CommandBytes>[]
  ): void {
    const before = this.state(node);
    const isOtherTerm = changes.term !== undefined && changes.term !== before.term;
    const vote = isOtherTerm ? { votedFor: undefined } : {};
    const after = { ...before, ...vote, ...changes } as State;
    this.#states.set(node, after);
    const hard = { term: after.term, votedFor: after.votedFor };
    const isSaved = hard.term === before.term && hard.votedFor === before.votedFor;
    const saves: readonly Effect<CommandBytes>[] = isSaved ? [] : [{ type: "saveHardState", hard }];
    const all = [...saves, ...effects];
    this.watcher.onStep({ node: nodeId(node), event, before, after, effects: all });
  }

  synced(...nodes: readonly string[]): void {
    for (const node of nodes) this.happens({ type: "synced", node: nodeId(node) });
  }

  posts(from: string, to: string, message: Message<CommandBytes>): void {
    const bytes = encodeParcel({ type: "raft", fromUid: 0, toUid: 0, messages: [message] });
    this.happens({ type: "posted", from, to, bytes });
  }

  /** A node becomes a candidate, gets the votes of others, and leads. */
  elects(node: string, inTerm: number, voters: readonly string[]): void {
    const at = { term: term(inTerm) };
    const own: NodeId = nodeId(node);
    this.step(node, { ...at, votedFor: node, role: { type: "candidate", votes: [own] } });
    this.synced(node);
    for (const voter of voters) {
      this.step(voter, { ...at, votedFor: node, role: FOLLOWER });
      this.synced(voter);
      this.posts(voter, node, { type: "voteReply", ...at, granted: true });
    }
    this.step(node, { role: LEADER });
  }

  /** A node writes entries and syncs them. */
  writes(node: string, ...entries: readonly Entry<CommandBytes>[]): void {
    this.step(node, {}, appends(...entries));
    this.synced(node);
    this.step(node, { durable: entries.at(-1)?.index ?? 0 });
  }

  /** An entry is written, and `leader` and the others commit it. */
  replicates(leader: string, others: readonly string[], entry: Entry<CommandBytes>): void {
    for (const node of [leader, ...others]) this.writes(node, entry);
    for (const node of [leader, ...others]) this.commits(node, entry.index);
  }

  applies(node: string, at: number, command: unknown, result: unknown): void {
    this.happens({ type: "applied", node: nodeId(node), index: at, command, result });
  }

  commits(node: string, upTo: number): void {
    this.step(node, { commit: upTo }, { type: "commit", upTo: index(upTo) });
  }
}

export type { Happening } from "../../../packages/testing/src/engine/observer.ts";
export { FOLLOWER };
