import type { Address } from "./address.ts";
import type { MemoryChange, MemoryFile } from "./memory-disk.ts";
import type { RaftStatus } from "./status.ts";

/**
 * All that crosses between a node's thread and its supervisor.
 *
 * @module
 */

/** One letter on its way. Whoever carries it never opens `bytes`, whose buffer is transferred and never copied. */
export type Envelope = {
  readonly to: Address;
  readonly from: Address;
  /** Which start of the sender's thread it comes from; 0 for a client. */
  readonly incarnation: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
};

/** Supervisor to node: a letter. */
export type ToNode = { readonly from: Address; readonly bytes: Uint8Array<ArrayBuffer> };

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
  /** What came of (part of) a turn. */
  | {
      readonly type: "turn";
      readonly mail: readonly OutgoingMail[];
      /** Letters and bytes taken out of the mailbox since the last report. */
      readonly taken: { readonly letters: number; readonly bytes: number };
      /** Letters that could not be read, since the last report. */
      readonly malformed: number;
      readonly raft: RaftStatus;
    };

/** What a node's thread is started with. Its two ports come along: data and control. */
export type NodeSpec = {
  readonly id: string;
  readonly voters: readonly string[];
  readonly incarnation: number;
  readonly disk:
    | { readonly type: "file"; readonly path: string }
    | { readonly type: "memory"; readonly files: readonly MemoryFile[] };
  /** URL of the state machine's module. */
  readonly stateMachine: string;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
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
};

/** A log entry for people: the command as plain data, with the client and sequence number it came with. */
export type LogLine =
  /** What a new leader appends (§8). */
  | { readonly type: "noop"; readonly index: number; readonly term: number }
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
