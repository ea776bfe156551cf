/** Builders for tests of the actor layer: letters, mail, a state machine that remembers, a storage that records. */
import {
  LOG_START,
  makeConfig,
  nodeId,
  type Config,
  type Entry,
  type HardState,
  type Index,
  type LogPosition,
  type Message,
  type NodeId,
  type Refusal,
  type Snapshot,
} from "@kontiki/core";
import { clientAddress, type Address } from "../../../packages/actors/src/mail/address.ts";
import {
  commandOf as alone,
  encodeCommand,
  openingCommand,
} from "../../../packages/actors/src/sessions/command.ts";
import { eachCommand } from "../../../packages/actors/src/sessions/run.ts";
import type { Letter } from "../../../packages/actors/src/node/letter.ts";
import { NodeActor } from "../../../packages/actors/src/node/node-actor.ts";
import type { OutgoingMail } from "../../../packages/actors/src/mail/protocol.ts";
import type { Lease } from "../../../packages/actors/src/node/lease.ts";
import { ReadIds } from "../../../packages/actors/src/node/reads.ts";
import { outcomeOf } from "../../../packages/actors/src/sessions/result.ts";
import type { Outcome } from "../../../packages/actors/src/sessions/outcome.ts";
import type { SnapshotPolicy } from "../../../packages/actors/src/node/snapshot-taker.ts";
import type { StateMachine } from "../../../packages/actors/src/machine/state-machine.ts";
import type {
  CommandBytes,
  Recovered,
  Storage,
} from "../../../packages/actors/src/storage/storage.ts";
import { decodeParcel, encodeParcel, type Parcel } from "../../../packages/actors/src/mail/wire.ts";
import { hardState } from "../../core/support/core.ts";
import { answersIn } from "./answers.ts";
import { MemorySnapshots } from "./memory-snapshots.ts";

export const n1 = nodeId("n1");
export const n2 = nodeId("n2");
export const n3 = nodeId("n3");
export const NODES = [n1, n2, n3] as const;

/** The client that proposes by default. */
export const CLIENT = 7;

/**
 * Remembers the commands it applied. A command that starts with "!" throws; the result of others is their number, from
 * 1.
 */
export class Journal implements StateMachine<string, number> {
  readonly applied: string[] = [];

  apply(text: string): number {
    if (text.startsWith("!")) throw new Error(`no ${text}`);
    return this.applied.push(text);
  }

  snapshot(): readonly string[] {
    return [...this.applied];
  }

  restore(snapshot: unknown): void {
    this.applied.splice(0, this.applied.length, ...(snapshot as readonly string[]));
  }
}

/** A command of {@link CLIENT} as it leaves the client. By default, the floor is the sequence number itself. */
export function commandOf(
  sequence: number,
  payload: unknown,
  { client = CLIENT, floor = sequence }: { readonly client?: number; readonly floor?: number } = {},
): CommandBytes {
  return alone({ client, sequence, floor }, encodeCommand(payload));
}

/** The command that opens a client's session, by default of {@link CLIENT}. */
export function opening(client = CLIENT): CommandBytes {
  return openingCommand(client, 0);
}

/** Mail in the mailbox. */
export function letter(from: Address, parcel: Parcel, incarnation = 1): Mail {
  return { type: "mail", from, incarnation, bytes: encodeParcel(parcel) };
}

type Mail = Letter & { readonly type: "mail"; readonly bytes: Uint8Array<ArrayBuffer> };

/** Messages of a peer, in one letter, from and for the disks that the cluster began with. */
export function raft(from: NodeId, ...messages: readonly unknown[]): Mail {
  const said = messages as Message<CommandBytes>[];
  return letter(from, { type: "raft", fromUid: 0, toUid: 0, messages: said });
}

/** A parcel of {@link CLIENT}. */
export function proposal(id: number, ...commands: readonly CommandBytes[]): Mail {
  return letter(clientAddress(CLIENT), { type: "propose", id, commands });
}

export function timer(epoch: number): Letter {
  return { type: "timer", epoch };
}

/** The contents of mail as plain values: messages as text of their type and numbers, answers as outcomes. */
export type Opened =
  | { readonly to: Address; readonly raft: readonly unknown[] }
  | { readonly to: Address; readonly answers: Readonly<Record<number, Outcome<unknown>>> }
  | {
      readonly to: Address;
      readonly refused: number;
      readonly reason: Refusal;
      readonly leader: NodeId | undefined;
    }
  | { readonly to: Address; readonly forward: number; readonly client: Address }
  | { readonly to: Address; readonly read: number; readonly results: readonly Outcome<unknown>[] }
  | { readonly to: Address; readonly readRefused: number; readonly leader: NodeId | undefined };

export function opened(mail: readonly OutgoingMail[]): readonly Opened[] {
  return mail.map(({ to, bytes }): Opened => {
    const parcel = decodeParcel(bytes);
    switch (parcel.type) {
      case "raft":
        return { to, raft: parcel.messages.map(readable) };
      case "answers": {
        const pairs = answersIn(parcel.ranges).map(([at, result]) => [at, outcomeOf(result)]);
        return { to, answers: Object.fromEntries(pairs) as Record<number, Outcome<unknown>> };
      }
      case "refused":
        return { to, refused: parcel.id, reason: parcel.reason, leader: parcel.leader };
      case "forward":
        return { to, forward: parcel.id, client: parcel.client };
      case "readAnswers":
        return { to, read: parcel.id, results: parcel.results.map(outcomeOf) };
      case "readRefused":
        return { to, readRefused: parcel.id, leader: parcel.leader };
      case "propose":
      case "read":
        throw new Error("a node neither proposes nor queries");
      default:
        return parcel satisfies never;
    }
  });
}

/** A message with its entries as text: its meaning, not its encoding. */
function readable(message: Message<CommandBytes>): unknown {
  return message.type === "appendEntries"
    ? { ...message, entries: message.entries.map(textOf) }
    : message;
}

/** An entry as text: `2@1 noop`, `3@1 7/1` for the first command of client 7, `3@1 7/1-4` for a run of four. */
export function textOf(entry: Entry<CommandBytes>): string {
  const place = `${entry.index}@${entry.term}`;
  if (entry.type !== "command") return `${place} ${entry.type}`;
  const commands = eachCommand(entry.command);
  const [first, last] = [commands[0], commands.at(-1)];
  const rest = commands.length > 1 ? `-${last?.sequence}` : "";
  return `${place} ${first?.client}/${first?.sequence}${rest}`;
}

/** A call of a storage. */
export type Call = { readonly hard: HardState } | { readonly truncated: Index } | string;

/** A storage that only records its calls. */
export class RecordingStorage implements Storage {
  #calls: Call[] = [];
  #dirty = false;
  #isFlushed = false;

  /** The calls since this was last called. */
  take(): readonly Call[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  saveHardState(hard: HardState): void {
    this.#write({ hard });
  }

  append(entries: readonly Entry<CommandBytes>[]): void {
    this.#write(`append ${entries.map(textOf).join(", ")}`);
  }

  truncate(after: Index): void {
    this.#write({ truncated: after });
  }

  compact(upTo: Index): void {
    this.#write(`compact ${upTo}`);
  }

  reset(base: LogPosition): void {
    this.#write(`reset ${base.index}@${base.term}`);
  }

  forgetHorizon(): void {
    this.#write("forget horizon");
  }

  flush(): boolean {
    const { length } = this.#calls;
    if (this.#dirty) this.#calls.push("flush");
    this.#isFlushed ||= this.#dirty;
    this.#dirty = false;
    return this.#calls.length > length;
  }

  sync(): boolean {
    this.#calls.push("sync");
    const isFlushed = this.#isFlushed;
    this.#isFlushed = false;
    return isFlushed;
  }

  close(): void {
    this.#calls.push("close");
  }

  #write(call: Call): void {
    this.#dirty = true;
    this.#calls.push(call);
  }
}

/** The contents of a disk: a term, a vote, entries. */
export function recovered(
  given: {
    readonly term?: number;
    readonly vote?: NodeId;
    readonly entries?: readonly Entry<CommandBytes>[];
    readonly base?: LogPosition;
    readonly snapshot?: Snapshot;
    readonly horizon?: LogPosition;
  } = {},
): Recovered {
  const { term = 0, vote, entries = [], base = LOG_START, snapshot, horizon } = given;
  const hard = hardState(term, vote);
  return { hard, base, entries, snapshot, horizon, damage: undefined, tornBytes: 0 };
}

/** A node and its parts. */
export type Bench = {
  readonly actor: NodeActor;
  readonly storage: RecordingStorage;
  readonly snapshots: MemorySnapshots;
  readonly machine: Journal;
};

/** What a bench may be given besides its configuration. */
export type Given = {
  readonly disk?: Recovered;
  readonly machine?: Journal;
  readonly snapshots?: MemorySnapshots;
  readonly policy?: SnapshotPolicy;
  readonly lease?: Lease;
  readonly readIds?: ReadIds;
};

/** The paper's algorithm and no more: no pre-vote, no withheld votes, no quorum check. */
const PAPER = { preVote: false, quorumBeats: 0 } as const;

/** By default, node n1 of n1, n2 and n3, which never takes a snapshot automatically. */
export function bench(given: Partial<Config> & Given = {}): Bench {
  const { disk = recovered(), machine = new Journal(), lease, ...rest } = given;
  const { snapshots = new MemorySnapshots(), policy = NEVER, ...others } = rest;
  const { readIds = new ReadIds(1), ...config } = others;
  const storage = new RecordingStorage();
  const actor = new NodeActor({
    config: makeConfig({ ...PAPER, id: n1, voters: NODES, ...config }),
    recovered: disk,
    storage,
    snapshots,
    machine,
    readIds,
    policy,
    lease,
    tracer: undefined,
  });
  return { actor, storage, snapshots, machine };
}

const NEVER: SnapshotPolicy = { entries: Infinity, bytes: Infinity };

/** What each part of a turn released, and what it wrote, with what the end of the turn before left to write. */
export type TurnResult = {
  readonly early: readonly Opened[];
  readonly answers: readonly Opened[];
  readonly promises: readonly Opened[];
  readonly written: readonly Call[];
};

/** One whole turn, in the order of the contract. */
export function turn(at: Bench, ...letters: readonly Letter[]): TurnResult {
  return turnAt(0, at, ...letters);
}

/** One whole turn at a time of the clock, in ms. */
export function turnAt(
  now: number,
  { actor, storage }: Bench,
  ...letters: readonly Letter[]
): TurnResult {
  const early = opened(actor.begin(letters, now));
  actor.write();
  const answers = opened(actor.apply());
  storage.sync();
  const promises = opened(actor.finish());
  const written = storage.take();
  actor.workOnSnapshot();
  return { early, answers, promises, written };
}

/** A turn in which the running timer runs out. */
export function timeout(at: Bench): TurnResult {
  return turn(at, timer(at.actor.timer.epoch));
}

/** Node n1, leading term 1 with a durable no-op that n2 does not hold yet, and nothing under way to n3. */
export function leadingBench(given: Partial<Config> & Given = {}): Bench {
  const at = bench(given);
  timeout(at);
  turn(at, raft(n2, { type: "voteReply", term: 1, granted: true }));
  return at;
}
