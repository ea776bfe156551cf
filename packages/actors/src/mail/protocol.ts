import type { Change, Index, Membership, NodeId, Term } from "@kontiki/core";
import type { Remote } from "../supervision/control.ts";
import type { Address } from "./address.ts";
import type { CrashPoint, Kept } from "../faults/crash-points.ts";
import type { MachineChecks } from "../machine/checked-machine.ts";
import type { MemoryChange, MemoryFile } from "../storage/disk/memory-disk.ts";
import type { ProbeSpec } from "../metrics/probe.ts";
import type { Condition, RaftStatus } from "./status.ts";

/**
 * Everything that passes between a node's thread, its supervisor and the program.
 *
 * @module
 */

/** A letter in transit. Its carriers never decode `bytes`. */
export type Envelope = {
  /** The receiver. */
  readonly to: Address;
  /** The sender. */
  readonly from: Address;
  /** Which start of the sender's thread sent it; 0 for a client. */
  readonly incarnation: number;
  /** The encoded parcel. */
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
   * That start of another node no longer takes part: its thread has exited, or it reported that its disk failed. This
   * is certain, so no node has to wait for a timeout. It does not count against the bounds of the mailbox. Everything
   * that the dead node sent comes before it. A node whose disk recovers continues in the same start, and is heard
   * again.
   */
  | Obituary;

/** See {@link ToNode}. */
export type Obituary = {
  readonly type: "obituary";
  readonly node: NodeId;
  readonly incarnation: number;
  /**
   * The term in which the node was when it reported that its disk failed; undefined if its thread has ended. When its disk
   * recovers, it leads in later terms only, and an obituary that comes so late must not free votes.
   */
  readonly stage?: number;
};

/** A letter as a node posts it: the lane that it takes identifies the sender and its incarnation. */
export type OutgoingMail = {
  readonly to: Address;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether a leader that awaits no answer may find it when it wakes for something else. */
  readonly canWait?: true;
};

/** Node to supervisor. */
export type FromNode =
  /** The state is recovered and the node takes part. Sent once, first. */
  | { readonly type: "ready"; readonly tornBytes: number }
  /** The node cannot start, and a restart would not help. The thread ends by itself. */
  | { readonly type: "unusable"; readonly message: string }
  /** A file of a disk in memory was created or removed. */
  | { readonly type: "disk"; readonly change: MemoryChange }
  /** The membership in force at this node, or whether it is committed, differs from the last report. */
  | {
      readonly type: "membership";
      /** The entry from which on it is in force; 0 for the initial membership. */
      readonly index: Index;
      readonly membership: Membership;
      readonly committed: boolean;
    }
  /** The thread stands still at the point at which it must end (see `CrashGate`). */
  | { readonly type: "atPoint"; readonly point: CrashPoint; readonly kept: Kept | undefined }
  /** The thread stands still from now until that pause ends (see `Gate`). */
  | { readonly type: "paused"; readonly pause: number }
  /** A problem with its disk or log, in one line, and what it keeps the node from; both undefined when it is over. */
  | {
      readonly type: "trouble";
      readonly what: string | undefined;
      readonly condition: Condition | undefined;
      /** The term that it reported last; 0 if none yet. */
      readonly term: Term;
    }
  /** The result of a turn, or of a part of it. */
  | {
      readonly type: "turn";
      readonly mail: readonly OutgoingMail[];
      /** Letters and bytes taken from the mailbox since the last report. */
      readonly taken: { readonly letters: number; readonly bytes: number };
      /** Letters that could not be decoded, since the last report. */
      readonly malformed: number;
      /** The state of the node: sent with answers to clients and at the end of a turn; undefined in other reports. */
      readonly raft: RaftStatus | undefined;
    };

/**
 * Memory that a node's threads share with the program, which makes it: what is wrong with its disk and clock, the point at which
 * it must end, what of its disk is not synced, and what is counted in experiments.
 */
export type FaultMemory = {
  readonly cells: SharedArrayBuffer;
  readonly gate: SharedArrayBuffer;
  readonly unsynced: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
};

/** What a node's thread is started with. It also gets lanes for its mail, and two ports: data and control. */
export type NodeSpec = {
  readonly id: string;
  /** Which disk it has; 0 for its first. */
  readonly uid: number;
  /** The voters that the cluster began with. */
  readonly voters: readonly string[];
  readonly incarnation: number;
  readonly disk:
    | { readonly type: "file"; readonly path: string }
    | { readonly type: "memory"; readonly files: readonly MemoryFile[]; readonly owner: string };
  /** URL of the state machine's module. */
  readonly stateMachine: string;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  /**
   * How many levels its priority is below the highest in the cluster, 0 for the highest: for each level it waits one
   * more election timeout before it stands for election.
   */
  readonly priority: number;
  /** When to take a snapshot: see `SnapshotPolicy`. */
  readonly snapshots: {
    readonly entries: number;
    readonly bytes: number;
    readonly share: number;
    readonly inTurns: boolean;
  };
  /** How many entries before a snapshot stay in the log. */
  readonly keptEntries: number;
  /** A leader with this many bytes of uncommitted commands rejects proposals. */
  readonly maxUncommittedBytes: number;
  /** Whether it asks which nodes would vote for it before it stands for election. */
  readonly preVote: boolean;
  /**
   * Whether reads may use leases, and the maximum difference in rate between two clocks, as a fraction: with 0.1 one
   * clock may run a tenth faster than another.
   */
  readonly leases: { readonly clockDrift: number } | undefined;
  /** What it checks of its state machine. */
  readonly checks: MachineChecks;
  /** The folder for its trace; undefined for none. */
  readonly trace: string | undefined;
  /** Heap limit of the thread. */
  readonly heapMiB: number;
  /**
   * Whether mail between nodes passes the program's `network` carrier, and a counter that the program increments every
   * `PULSE_MS` while it does: see `MailRoute`. Undefined when it never does.
   */
  readonly route: SharedArrayBuffer | undefined;
  /** Undefined where no faults are injected. */
  readonly faults: FaultMemory | undefined;
  /** By which its threads tell what they do, where the program listens. */
  readonly probe: ProbeSpec;
  /** The memory of its `NodeCounters`, which all its threads have. */
  readonly counters: SharedArrayBuffer;
};

/** Control calls, by comlink on a separate port. Each has a deadline. */
export type NodeControl = {
  /** Lets a follower that knows no leader stand for election soon: all nodes have just started, so none can lead. */
  hasten(): void;
  /** Finishes the current turn, closes the disk, and lets the thread end. */
  stop(): void;
  /** Lines of whole log entries from an index on, until they are `max` or more. */
  log(from: number, max: number): readonly EncodedLogLine[];
  /** SHA-256 of the state machine's snapshot in hex, and the last applied index. */
  digest(): { readonly applied: number; readonly sha256: string };
  /**
   * The same for the state after the entry at `index`, as soon as it is applied; undefined when a later one was applied
   * already, and when that is not so within `waitMs`.
   */
  digestAt(
    index: number,
    waitMs: number,
  ): Promise<{ readonly applied: number; readonly sha256: string } | undefined>;
  /**
   * Requests a membership change from the node as leader. `taken` means that it is in the log, not that it is
   * committed.
   */
  changeMembership(changes: readonly Change[]): Promise<ChangeAnswer>;
  /**
   * Makes the node, as leader, transfer leadership to `target`, or to the best candidate. Resolves to the reason why it
   * failed, undefined when the node no longer leads.
   */
  transfer(target: NodeId | undefined): Promise<string | undefined>;
  /** Takes a snapshot of the present state, and returns its last entry and size in bytes once it is durable. */
  snapshot(): Promise<{ readonly index: number; readonly size: number }>;
  /** Compacts the log up to the newest snapshot. Returns the first entry that is left. */
  compact(): { readonly first: number };
};

/** {@link NodeControl} as its caller sees it. */
export type RemoteControl = Remote<NodeControl>;

/** The result of requesting a membership change. */
export type ChangeAnswer =
  | { readonly taken: true; readonly index: number }
  | { readonly taken: false; readonly reason: string };

/** A {@link LogLine} whose command is still encoded: what a port does to a value is not what its encoding does. */
export type EncodedLogLine =
  | Exclude<LogLine, { readonly type: "command" }>
  | (Omit<Extract<LogLine, { readonly type: "command" }>, "command"> & {
      readonly payload: Uint8Array;
    });

/**
 * A log entry for people, or a command of one: what a client proposed at once may be in one entry, and each command has a
 * line then, with the index of the entry. Commands are plain data, with their client and sequence number.
 */
export type LogLine =
  /** What a new leader appends (§8). */
  | { readonly type: "noop"; readonly index: number; readonly term: number }
  /** The membership from this entry on (§6). */
  | {
      readonly type: "membership";
      readonly index: number;
      readonly term: number;
      /** Voters, learners, and the disk of each. */
      readonly membership: Membership;
    }
  /** What a client proposed. Each client counts its `sequence` from 1. */
  | {
      readonly type: "command";
      readonly index: number;
      readonly term: number;
      /** The number of the client that proposed it. */
      readonly client: number;
      /** 0 for the command that opens a session, which is undefined. */
      readonly sequence: number;
      readonly command: unknown;
    };
