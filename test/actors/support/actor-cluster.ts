/**
 * Three real node actors on real write-ahead logs in one thread, driven turn by turn, whose power can be cut.
 *
 * Every operation of a disk and every letter that a node sends is a point at which power may fail. A witness outside
 * the nodes remembers what they promised and compares it with what their disks still know.
 */
import {
  AssertionError,
  checkCluster,
  checkState,
  checkStep,
  index,
  Leaders,
  makeConfig,
  MemoryLog,
  previousIndex,
  TERM_ZERO,
  type Config,
  type Entry,
  type Message,
  type NodeId,
  type Observed,
  type State,
} from "@kontiki/core";
import { isClientAddress } from "../../../packages/actors/src/mail/address.ts";
import { Client, type ClientEffect } from "../../../packages/actors/src/client/client.ts";
import { encodeCommand, OPENING } from "../../../packages/actors/src/sessions/command.ts";
import type { Disk } from "../../../packages/actors/src/storage/disk/disk.ts";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import { NodeActor } from "../../../packages/actors/src/node/node-actor.ts";
import {
  openStorage,
  type OpenedStorage,
} from "../../../packages/actors/src/storage/recovery/open-storage.ts";
import { createWal } from "../../../packages/actors/src/storage/wal/open-wal.ts";
import type { OutgoingMail } from "../../../packages/actors/src/mail/protocol.ts";
import { ReadIds } from "../../../packages/actors/src/node/reads.ts";
import { outcomeOf } from "../../../packages/actors/src/sessions/result.ts";
import type { CommandBytes, Storage } from "../../../packages/actors/src/storage/storage.ts";
import { DamagedLogError } from "../../../packages/actors/src/storage/wal/wal-recovery.ts";
import { decodeParcel, encodeParcel, type Parcel } from "../../../packages/actors/src/mail/wire.ts";
import { CLIENT, Journal, n1, n2, n3, NODES, textOf } from "./actors.ts";
import type { Chance } from "../../core/support/chance.ts";
import { ForgetfulDisk } from "./forgetful-disk.ts";
import { PowerLoss } from "./storage.ts";

/** The parts of a turn, in whatever order a driver puts them. */
export type Parts = {
  readonly begin: () => OutgoingMail[];
  readonly leads: () => boolean;
  readonly apply: () => OutgoingMail[];
  readonly sync: () => void;
  readonly finish: () => OutgoingMail[];
  readonly post: (mail: readonly OutgoingMail[]) => void;
};

/** A turn as a driver makes it. Between two steps other nodes go on, and power may fail. */
export type Driver = (parts: Parts) => Generator<undefined, void>;

/** The order of node-runner.ts. */
export function* asTheRunnerDoes({
  begin,
  leads,
  apply,
  sync,
  finish,
  post,
}: Parts): ReturnType<Driver> {
  post(begin());
  if (leads()) post(apply());
  yield;
  sync();
  yield;
  post(finish());
  post(apply());
}

/** Where power fails: before the point of this number, counted over all nodes from 0. */
export type Cut = {
  readonly at: number;
  /** The node whose point it is, or all of them; with or without all letters that are under way. */
  readonly who: "one" | "all" | "all and the mail";
  /** What stays of bytes that were written and not synced. */
  readonly kept: "nothing" | "a torn part" | "everything";
};

export type Options = {
  readonly chance: Chance;
  readonly cuts?: readonly Cut[];
  readonly driver?: Driver;
  /** Whether fdatasync does anything. */
  readonly diskSyncs?: boolean;
  readonly segmentBytes?: number;
  /** Random steps before faults stop. */
  readonly steps: number;
  /** Whether letters between nodes get lost and arrive twice. */
  readonly badNetwork?: boolean;
};

/** What came of a run. */
export type Run = {
  /** Points that were passed until faults stopped. */
  readonly points: number;
  /** What should always hold and did not: kinds of violation, each with the first case of it. */
  readonly violations: ReadonlyMap<string, string>;
  /** How often things happened that a run should meet, so that a vacuous one is noticed. */
  readonly sometimes: Record<Sometimes, number>;
};

type Sometimes =
  | "elections"
  | "answers"
  | "restarts"
  | "torn"
  | "rolled"
  | "truncated"
  | "repeats"
  | "refusals"
  | "snapshots"
  | "installed"
  | "compacted";

/** What a node promised in all its lives: kept outside, where no power loss reaches. */
type Witness = {
  term: number;
  readonly votes: Map<number, NodeId>;
  /** Positions of the log that were said to be on disk, and not given up since for a later leader. */
  holds: { readonly index: number; readonly term: number }[];
};

type Node = {
  readonly id: NodeId;
  readonly disk: ForgetfulDisk;
  readonly witness: Witness;
  readonly inbox: Letter[];
  /** How often it was started. */
  starts: number;
  life: Life | undefined;
};

/** What ends with a power loss. */
type Life = {
  readonly actor: NodeActor;
  readonly storage: Storage;
  readonly journal: Journal;
  turn: Generator<undefined, void> | undefined;
  seen: Seen;
  /** Committed entries compared so far. */
  compared: number;
};

type Seen = Observed<string> & { readonly held: readonly Entry<CommandBytes>[] };

/** A violation after which going on makes no sense. */
class Stop extends Error {}

/** Small enough for windows, batches and snapshots to matter in a few hundred steps. */
const LIMITS = {
  preVote: false,
  quorumBeats: 0,
  maxAppendBytes: 60,
  maxInflight: 2,
  keptEntries: 2,
} as const;
const SNAPSHOT_ENTRIES = 8;

const MAIL_MAX = 3;
const ROUNDS_MAX = 60;
const ATTEMPT_MS = 50;

/** Runs a cluster to its end: random steps, power cuts, then peace, and all that was asked is answered. */
export function run(options: Options): Run {
  const cluster = new PoweredCluster(options);
  return cluster.run();
}

class PoweredCluster {
  readonly #options: Options;
  readonly #chance: Chance;
  readonly #cuts: Cut[];
  readonly #driver: Driver;
  readonly #nodes: readonly Node[];
  readonly #client = new Client(CLIENT, NODES, { attemptMs: ATTEMPT_MS, backoffMs: 2 });
  readonly #proposed = new Map<number, string>();
  readonly #answered = new Map<string, unknown>();
  readonly #violations = new Map<string, string>();
  readonly #leaders = new Leaders();
  readonly #committed: Entry<string>[] = [];
  readonly #texts = new Map<string, Entry<string>>();
  readonly #entries = new WeakMap<Entry<CommandBytes>, Entry<string>>();
  readonly #sometimes: Record<Sometimes, number> = {
    elections: 0,
    answers: 0,
    restarts: 0,
    torn: 0,
    rolled: 0,
    truncated: 0,
    repeats: 0,
    refusals: 0,
    snapshots: 0,
    installed: 0,
    compacted: 0,
  };
  #points = 0;
  #pointsOfSteps = 0;
  #now = 0;
  #leaderTerm = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#chance = options.chance;
    this.#cuts = [...(options.cuts ?? [])];
    this.#driver = options.driver ?? asTheRunnerDoes;
    this.#nodes = [n1, n2, n3].map((id) => {
      const disk = new ForgetfulDisk(options.diskSyncs ?? true);
      createWal(disk);
      disk.onOperation = (operation) => {
        this.#point();
        if (operation === "create") this.#sometimes.rolled += 1;
      };
      const witness: Witness = { term: 0, votes: new Map(), holds: [] };
      return { id, disk, witness, inbox: [], starts: 0, life: undefined };
    });
  }

  run(): Run {
    try {
      for (const node of this.#nodes) this.#start(node);
      for (let step = 0; step < this.#options.steps; step += 1) this.#step();
      this.#cuts.length = 0;
      this.#pointsOfSteps = this.#points;
      this.#settle();
      this.#checkEnd();
    } catch (error) {
      if (error instanceof AssertionError) this.#report("assertion", error.message);
      else if (!(error instanceof Stop)) throw error;
    }
    return {
      points: this.#pointsOfSteps,
      violations: this.#violations,
      sometimes: this.#sometimes,
    };
  }

  // Schedule

  /** Something happens, and then nodes go on with their turns for a while, in any order. */
  #step(): void {
    this.#now += 1;
    const node = this.#chance.pick(this.#nodes);
    if (node === undefined) return;
    const chance = this.#chance.below(100);
    if (node.life === undefined) this.#start(node);
    else if (chance < 35) this.#propose();
    else if (chance < 50) this.#heartbeat(node);
    else if (chance < (this.#leader() === undefined ? 95 : 62)) this.#expire(node);
    else if (this.#options.badNetwork === true) this.#damage(node);
    this.#perform(this.#client.tick(this.#now));
    for (let turns = this.#chance.below(10); turns > 0; turns -= 1) {
      const busy = this.#chance.pick(this.#nodes.filter(isBusy));
      if (busy !== undefined) this.#advance(busy, 1 + this.#chance.below(MAIL_MAX));
    }
  }

  /** Faults have stopped: elections are held as drawn times would make likely, until everything is answered. */
  #settle(): void {
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      for (const node of this.#nodes) if (node.life === undefined) this.#start(node);
      this.#quiet();
      const lead = this.#leader();
      const next = this.#nodes[round % this.#nodes.length];
      if (lead !== undefined) this.#heartbeat(lead);
      else if (next !== undefined) this.#expire(next);
      this.#quiet();
      if (lead !== undefined && this.#client.pending === 0 && this.#isInLineWith(lead)) return;
      this.#now += ATTEMPT_MS;
      this.#perform(this.#client.tick(this.#now));
    }
    this.#report("liveness", "the cluster did not answer everything after faults had stopped");
    throw new Stop();
  }

  #isInLineWith({ life: lead }: Node): boolean {
    const last = lead?.actor.log.lastIndex;
    return this.#nodes.every(({ life }) => {
      const status = life?.actor.status();
      return status?.last === last && status?.applied === last;
    });
  }

  #quiet(): void {
    for (let turns = 0; turns < 10_000; turns += 1) {
      const busy = this.#nodes.filter(isBusy);
      if (busy.length === 0) return;
      for (const node of busy) this.#advance(node, node.inbox.length);
    }
    throw new Error("the cluster never comes to rest");
  }

  #propose(): void {
    for (let count = 1 + this.#chance.below(3); count > 0; count -= 1) {
      const text = `c${this.#proposed.size + 1}`;
      this.#proposed.set(this.#client.propose(encodeCommand(text), Infinity), text);
    }
    this.#perform(this.#client.flush(this.#now));
  }

  #heartbeat({ life, inbox }: Node): void {
    const timer = life?.actor.timer;
    if (timer?.type === "heartbeat") inbox.push({ type: "timer", epoch: timer.epoch });
  }

  /** The election timer runs out. Mail that gets there before the node looks makes the timeout stale. */
  #expire({ life, inbox }: Node): void {
    const timer = life?.actor.timer;
    if (timer?.type === "election") inbox.push({ type: "timer", epoch: timer.epoch });
  }

  #damage({ inbox }: Node): void {
    const at = this.#chance.below(inbox.length + 1);
    const letter = inbox[at];
    if (letter?.type !== "mail" || isClientAddress(letter.from)) return;
    if (this.#chance.below(2) === 0) inbox.splice(at, 1);
    else inbox.push(letter);
  }

  #leader(): Node | undefined {
    const leads = ({ life }: Node): boolean =>
      life?.actor.state.role.type === "leader" && life.actor.state.term === this.#leaderTerm;
    return this.#nodes.find(leads);
  }

  // Lives

  #start(node: Node): void {
    this.#guard(node, () => {
      const { storage, snapshots, recovered } = this.#open(node.disk);
      if (recovered.tornBytes > 0) this.#sometimes.torn += 1;
      this.#sometimes.restarts += 1;
      node.starts += 1;
      const config = makeConfig({ id: node.id, voters: NODES, ...LIMITS });
      const machine = new Journal();
      const actor = new NodeActor({
        config,
        recovered,
        storage,
        snapshots,
        machine,
        readIds: new ReadIds(node.starts),
        policy: { entries: SNAPSHOT_ENTRIES, bytes: Infinity },
        lease: undefined,
        tracer: undefined,
      });
      this.#checkRecovered(node, actor);
      const seen = this.#observe(config, actor);
      node.life = { actor, storage, journal: machine, turn: undefined, seen, compared: 0 };
    });
  }

  #open(disk: Disk): OpenedStorage {
    const { segmentBytes = 400 } = this.#options;
    try {
      const opened = openStorage(disk, { segmentBytes });
      if (opened.recovered.damage !== undefined) this.#report("damage", opened.recovered.damage);
      return opened;
    } catch (error) {
      if (!(error instanceof DamagedLogError)) throw error;
      this.#report("damage", error.message);
      throw new Stop();
    }
  }

  /** Goes on with a node's turn, or begins one with the first letters of its mailbox. */
  #advance(node: Node, letters: number): void {
    const { life } = node;
    if (life === undefined) return;
    this.#guard(node, () => {
      life.turn ??= this.#driver(this.#partsOf(node, life, node.inbox.splice(0, letters)));
      if (life.turn.next().done === true) life.turn = undefined;
      this.#check(node, life);
    });
  }

  #partsOf(node: Node, { actor, storage }: Life, letters: readonly Letter[]): Parts {
    return {
      begin: () => {
        const before = actor.state.snapshot?.index ?? 0;
        const mail = actor.begin(letters, this.#now);
        this.#countSnapshots(actor, before);
        // What a later leader had it replace is promised no more, as soon as it may be gone from the disk.
        const { holds } = node.witness;
        node.witness.holds = holds.filter((at) => isHeld(actor, at));
        this.#sometimes.truncated += holds.length - node.witness.holds.length;
        return mail;
      },
      leads: () => actor.leads,
      apply: () => actor.apply(),
      sync: () => storage.sync(),
      finish: () => actor.finish(),
      post: (mail) => {
        for (const letter of mail) this.#send(node, actor, letter);
      },
    };
  }

  #countSnapshots({ state, log }: NodeActor, before: number): void {
    const { snapshot } = state;
    if (snapshot === undefined || snapshot.index === before) return;
    // One that was received takes the place of the whole log.
    if (log.firstIndex - 1 === snapshot.index) this.#sometimes.installed += 1;
    else this.#sometimes.snapshots += 1;
    if (log.firstIndex > 1) this.#sometimes.compacted += 1;
  }

  #guard(node: Node, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      this.#cutPower(node, this.#cuts.shift());
    }
  }

  #cutPower(node: Node, cut: Cut | undefined): void {
    if (cut === undefined) throw new Error("power failed though nobody cut it");
    const struck = cut.who === "one" ? [node] : this.#nodes;
    for (const { id, disk } of struck) {
      disk.losePower((bytes) => {
        if (cut.kept === "a torn part") return this.#chance.below(bytes + 1);
        return cut.kept === "nothing" ? 0 : bytes;
      });
      this.#client.nodeDied(id, this.#now);
    }
    for (const dead of struck) {
      dead.life = undefined;
      dead.inbox.length = 0;
    }
    if (cut.who === "one" || cut.who === "all and the mail") return;
    // What had left reaches those who come back, as it would machines behind a switch.
    for (const { id, inbox } of struck) inbox.push(...(this.#underWay.get(id) ?? []));
  }

  // Mail

  /** The last letters sent to each node: what may still be under way when all of them fall. */
  readonly #underWay = new Map<NodeId, Letter[]>();

  #point(): void {
    if (this.#cuts[0]?.at === this.#points++) throw new PowerLoss();
  }

  #send({ id, witness, starts }: Node, actor: NodeActor, { to, bytes }: OutgoingMail): void {
    this.#point();
    const parcel = decodeParcel(bytes);
    if (isClientAddress(to)) return this.#toClient(parcel);
    if (parcel.type === "raft")
      for (const message of parcel.messages) this.#noteSent(id, witness, actor, to, message);
    this.#deliver(to, { type: "mail", from: id, incarnation: starts, bytes });
  }

  #deliver(to: NodeId, letter: Letter): boolean {
    const target = this.#nodes.find(({ id }) => id === to);
    if (letter.type === "mail" && !isClientAddress(letter.from))
      this.#underWay.set(to, [...(this.#underWay.get(to) ?? []), letter].slice(-MAIL_MAX));
    if (target?.life === undefined) return false;
    target.inbox.push(letter);
    return true;
  }

  #toClient(parcel: Parcel): void {
    if (parcel.type === "answers")
      this.#perform(this.#client.answered(parcel.sequences, parcel.results, this.#now));
    if (parcel.type !== "refused") return;
    this.#sometimes.refusals += 1;
    const { id, reason, leader } = parcel;
    this.#perform(this.#client.refused(id, reason, leader, this.#now));
  }

  #perform(effects: readonly ClientEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "send") {
        const { to, parcel, commands } = effect;
        const bytes = encodeParcel({ type: "propose", id: parcel, commands });
        const letter = { type: "mail", from: `client/${CLIENT}`, incarnation: 0, bytes } as const;
        if (!this.#deliver(to, letter))
          this.#perform(this.#client.refused(parcel, "notLeader", undefined, this.#now));
        continue;
      }
      if (effect.type !== "settle") throw new Error("nobody reads here");
      const text = this.#proposed.get(effect.sequence) ?? "nothing";
      this.#sometimes.answers += 1;
      if (effect.end.type === "answered") this.#answered.set(text, outcomeOf(effect.end.result));
      else this.#report("outcome", `${text} ended as ${effect.end.type} before its deadline`);
    }
  }

  // Claims

  #noteSent(
    id: NodeId,
    witness: Witness,
    actor: NodeActor,
    to: NodeId,
    message: Message<CommandBytes>,
  ): void {
    witness.term = Math.max(witness.term, message.term);
    const vote =
      message.type === "requestVote"
        ? id
        : message.type === "voteReply" && message.granted
          ? to
          : undefined;
    if (vote !== undefined) {
      const given = witness.votes.get(message.term) ?? vote;
      witness.votes.set(message.term, given);
      if (given !== vote)
        this.#report("two votes", `${id} voted for ${given} and ${vote} in ${message.term}`);
    }
    if (message.type === "appendAccepted" && message.match > 0) {
      const term = actor.log.termAt(message.match);
      if (term !== undefined) witness.holds.push({ index: message.match, term });
    }
  }

  /** A node came back: its disk must know all that it ever promised (§5.2, Figure 2 "persistent state"). */
  #checkRecovered({ id, witness }: Node, actor: NodeActor): void {
    const { state } = actor;
    if (state.term < witness.term)
      this.#report("promise", `${id} spoke in term ${witness.term} and knows only ${state.term}`);
    const vote = witness.votes.get(state.term);
    if (vote !== undefined && vote !== state.votedFor)
      this.#report("promise", `${id} forgot its vote for ${vote} in term ${state.term}`);
    for (const at of witness.holds) {
      if (isHeld(actor, at)) continue;
      this.#report("promise", `${id} said that it holds ${at.index}@${at.term} and does not`);
    }
  }

  #check({ id }: Node, life: Life): void {
    const { actor, seen: before } = life;
    const after = this.#observe(before.env.config, actor, before);
    life.seen = after;
    const { state } = after;
    if (before.state === state && before.env.log === after.env.log) return;
    const found = [...checkState(after), ...checkStep(before, after)];
    found.push(...this.#leaders.observe(after));
    if (changed(before.state, state) || before.env.log !== after.env.log) {
      const lives = this.#nodes.flatMap((node) => (node.life === undefined ? [] : [node.life]));
      found.push(...checkCluster(lives.map(({ seen }) => seen)));
    }
    for (const each of found) this.#report("invariant", each);
    this.#compareCommitted(life);
    if (state.role.type === "leader" && state.term > this.#leaderTerm) {
      this.#leaderTerm = state.term;
      this.#sometimes.elections += 1;
      this.#perform(this.#client.leaderIs(id, this.#now));
    }
  }

  /** What was once committed stays so, over crashes, terms and nodes (Figure 3, State Machine Safety). */
  #compareCommitted(life: Life): void {
    const { log } = life.seen.env;
    life.compared = Math.max(life.compared, log.firstIndex - 1);
    for (const { commit } = life.seen.state; life.compared < commit; life.compared += 1) {
      const at = index(life.compared + 1);
      const [entry] = log.slice(at, at, 0);
      const known = this.#committed[life.compared];
      if (entry === undefined) throw new Error(`there is no entry ${at}`);
      if (known === undefined) this.#committed[life.compared] = entry;
      else if (known !== entry) this.#report("committed", `the committed entry ${at} has changed`);
    }
  }

  #checkEnd(): void {
    const journals = this.#nodes.map(({ life }) => life?.journal.applied ?? []);
    const [first = []] = journals;
    for (const journal of journals)
      if (journal.join() !== first.join()) this.#report("lost", "the nodes' states differ");
    if (new Set(first).size < first.length) this.#report("twice", "a command was applied twice");
    for (const text of this.#proposed.values()) {
      const place = first.indexOf(text) + 1;
      const answer = this.#answered.get(text) as { readonly value?: unknown } | undefined;
      if (place === 0) this.#report("lost", `${text} was acknowledged and is nowhere`);
      else if (answer?.value !== place) this.#report("lost", `${text} was answered wrongly`);
    }
    const entries = this.#committed.filter(isProposal).length;
    this.#sometimes.repeats += entries - first.length;
  }

  #report(kind: string, what: string): void {
    if (!this.#violations.has(kind)) this.#violations.set(kind, what);
  }

  /** The node as claims see it. Equal entries are identical, and so are equal logs: that makes comparing cheap. */
  #observe(config: Config, { log, state }: NodeActor, before?: Seen): Seen {
    const { firstIndex, lastIndex } = log;
    const held =
      lastIndex < firstIndex ? [] : log.slice(firstIndex, lastIndex, Number.MAX_SAFE_INTEGER);
    const same =
      firstIndex === before?.env.log.firstIndex &&
      held.length === before.held.length &&
      held.every((one, at) => one === before.held[at]);
    if (same) return { held, env: before.env, state };
    const entries = held.map((entry) => this.#entryOf(entry));
    const baseIndex = previousIndex(firstIndex);
    const base = { index: baseIndex, term: log.termAt(baseIndex) ?? TERM_ZERO };
    const copy = new MemoryLog<string>((text) => text.length, entries, base);
    return { held, env: { config, log: copy }, state };
  }

  #entryOf(entry: Entry<CommandBytes>): Entry<string> {
    const seen = this.#entries.get(entry);
    if (seen !== undefined) return seen;
    const text = textOf(entry);
    const { index: at, term } = entry;
    const fresh: Entry<string> =
      entry.type === "command" ? { type: "command", index: at, term, command: text } : entry;
    const known = this.#texts.get(text) ?? fresh;
    this.#texts.set(text, known);
    this.#entries.set(entry, known);
    return known;
  }
}

/** Whether a node still has an entry that it promised to hold: in its log, or in its snapshot as it was committed. */
function isHeld({ log, state }: NodeActor, at: Witness["holds"][number]): boolean {
  return at.index <= (state.snapshot?.index ?? 0) || log.termAt(index(at.index)) === at.term;
}

/** Whether an entry is a client's own, and does not only open its session. */
function isProposal(entry: Entry<string>): boolean {
  return entry.type === "command" && !entry.command.endsWith(`/${OPENING}`);
}

function isBusy({ life, inbox }: Node): boolean {
  if (life === undefined) return false;
  return life.turn !== undefined || inbox.length > 0 || life.actor.hasBacklog;
}

/** Whether claims about several nodes speak of what changed. */
function changed(before: State, after: State): boolean {
  if (before.term !== after.term || before.commit !== after.commit) return true;
  return before.role.type !== after.role.type;
}
