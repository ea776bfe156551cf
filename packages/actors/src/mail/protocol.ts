import type { Change, Index, Membership, NodeId } from "@kontiki/core";
import type { Address } from "./address.ts";
import type { MemoryChange, MemoryFile } from "../storage/disk/memory-disk.ts";
import type { RaftStatus } from "./status.ts";

/**
 * All that crosses between a node's thread and its supervisor.
 *
 * @module
 */

/** One letter on its way. Whoever carries it never opens `bytes`, whose buffer is transferred and never copied. */
export type Envelope = {
  /** Whom it is for. */
  readonly to: Address;
  /** Whom it is from. */
  readonly from: Address;
  /** Which start of the sender's thread it comes from; 0 for a client. */
  readonly incarnation: number;
  /** What it says. */
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** Supervisor to node. */
export type ToNode =
  /** A letter. `incarnation` is its sender's; 0 for a client. */
  | {
      readonly type: "mail";
      readonly from: Address;
      readonly incarnation: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
    }
  /**
   * That start of another node takes no part any more: its thread has exited, or it said that its disk failed. It is
   * known for certain, so nobody has to wait for a timeout. A signal: it counts against no bound of the mailbox. All that
   * the dead one had said was posted before it. One whose disk came back goes on in the same start, and is heard again.
   */
  | { readonly type: "obituary"; readonly node: NodeId; readonly incarnation: number };

/** A letter as a node posts it: it is from that node, and the port it comes on tells the incarnation. */
export type OutgoingMail = { readonly to: Address; readonly bytes: Uint8Array<ArrayBuffer> };

/** Node to supervisor. */
export type FromNode =
  /** The state is recovered and the node takes part. Comes once, first. */
  | { readonly type: "ready"; readonly tornBytes: number }
  /** The node cannot start, and trying again would not help. The thread ends by itself. */
  | { readonly type: "unusable"; readonly message: string }
  /** A file of a disk in memory was made or removed. */
  | { readonly type: "disk"; readonly change: MemoryChange }
  /** The membership that counts for this node, or whether it is committed, is another one than it said before. */
  | {
      readonly type: "membership";
      /** The entry from which on it is in force; 0 for the one that the cluster began with. */
      readonly index: Index;
      readonly membership: Membership;
      readonly committed: boolean;
    }
  /** Its thread stands still from here on, until that pause ends (see `Gate`). */
  | { readonly type: "paused"; readonly pause: number }
  /** Something is wrong with its disk or its log, in one line; undefined when that is over. */
  | { readonly type: "trouble"; readonly what: string | undefined }
  /** What came of (part of) a turn. */
  | {
      readonly type: "turn";
      readonly mail: readonly OutgoingMail[];
      /** Letters and bytes taken out of the mailbox since the last report. */
      readonly taken: { readonly letters: number; readonly bytes: number };
      /** Letters that could not be read, since the last report. */
      readonly malformed: number;
      /** Where the node stands: with answers to clients and at the end of a turn; undefined in what else it says. */
      readonly raft: RaftStatus | undefined;
    };

/** What a node's thread is started with. Its two ports come along: data and control. */
export type NodeSpec = {
  readonly id: string;
  /** Which disk it has; 0 for the one that the cluster began with. */
  readonly uid: number;
  /** The voters that the cluster began with. */
  readonly voters: readonly string[];
  readonly incarnation: number;
  readonly disk:
    | { readonly type: "file"; readonly path: string }
    | { readonly type: "memory"; readonly files: readonly MemoryFile[] };
  /** URL of the state machine's module. */
  readonly stateMachine: string;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /**
   * How many steps it stands below the highest priority of the cluster, 0 for the highest: it waits one election timeout
   * longer for each before it stands for election.
   */
  readonly priority: number;
  /** It takes a snapshot when it has applied so many entries since the last, or its log has so many bytes. */
  readonly snapshots: { readonly entries: number; readonly bytes: number };
  /** How many entries before a snapshot stay in the log. */
  readonly keptEntries: number;
  /** With so many bytes of commands that are not committed, a leader takes no more. */
  readonly maxUncommittedBytes: number;
  /**
   * Whether reads may rest on leases, and by how much two clocks may drift apart in a given time, as a share of it: with
   * 0.1 one may run a tenth faster than another.
   */
  readonly leases: { readonly clockDrift: number } | undefined;
  /** The folder for its trace; undefined for none. */
  readonly trace: string | undefined;
  /** Heap of the thread. */
  readonly heapMiB: number;
  /** One 32-bit counter that the supervisor raises every {@link PULSE_MS}, while its event loop turns. */
  readonly pulse: SharedArrayBuffer;
};

/** How often the supervisor shows that its event loop turns, in ms. */
export const PULSE_MS = 20;

/** Control calls, by comlink on a port of their own. Each has a deadline. */
export type NodeControl = {
  /** Ends the turn under way, closes the disk, and lets the thread end. */
  stop(): void;
  /** Log entries from an index on, at most `max` of them, commands decoded. */
  log(from: number, max: number): readonly LogLine[];
  /** SHA-256 of the state machine's snapshot in hex, and up to which index it was applied. */
  digest(): { readonly applied: number; readonly sha256: string };
  /** Asks the node, as a leader, for another membership. Taken: it stands in the log, and is not committed yet. */
  changeMembership(changes: readonly Change[]): Promise<ChangeAnswer>;
  /**
   * Has the node, as a leader, hand over to `target`, or to whoever is best placed. Gives the reason why it failed,
   * undefined when it leads no more.
   */
  transfer(target: NodeId | undefined): Promise<string | undefined>;
  /** Takes a snapshot of its state as applied now, and gives its last entry and its bytes once it is durable. */
  snapshot(): Promise<{ readonly index: number; readonly size: number }>;
  /** Drops the log up to the newest snapshot. Gives the first entry that is left. */
  compact(): { readonly first: number };
};

/** {@link NodeControl} as its caller sees it. Comlink's own type for this needs the types of a browser. */
export type RemoteControl = {
  readonly [Name in keyof NodeControl]: (
    ...args: Parameters<NodeControl[Name]>
  ) => Promise<Awaited<ReturnType<NodeControl[Name]>>>;
};

/** What comes of asking for another membership. */
export type ChangeAnswer =
  | { readonly taken: true; readonly index: number }
  | { readonly taken: false; readonly reason: string };

/** A log entry for people: the command as plain data, with the client and sequence number it came with. */
export type LogLine =
  /** What a new leader appends (§8). */
  | { readonly type: "noop"; readonly index: number; readonly term: number }
  /** Who belongs to the cluster from there on (§6). */
  | {
      readonly type: "membership";
      readonly index: number;
      readonly term: number;
      /** Voters, learners, and the disk that each of them has. */
      readonly membership: Membership;
    }
  /** What a client proposed: its `sequence` number counts from 1 for each client. */
  | {
      readonly type: "command";
      readonly index: number;
      readonly term: number;
      /** The number of the client that proposed it. */
      readonly client: number;
      readonly sequence: number;
      readonly command: unknown;
    };
