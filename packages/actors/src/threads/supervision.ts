import type { MessagePort } from "node:worker_threads";
import type { NodeId } from "@kontiki/core";
import type {
  HostAnswer,
  HostQuestion,
  HostReply,
  ProgramQuestion,
} from "../hosts/host-questions.ts";
import type { HostView } from "../hosts/host-view.ts";
import type { Kept } from "../faults/crash-points.ts";
import type { ClientAddress } from "../mail/address.ts";
import type { Envelope, NodeSpec } from "../mail/protocol.ts";
import type { ClusterEvent, NodeStatus } from "../mail/status.ts";
import type { LanesToActor } from "../mailboxes/actor-lanes.ts";
import type { SupervisedDisk, SupervisorOptions } from "./supervisor-options.ts";

/**
 * What passes between the program's thread and the supervisor's: plain data, on one port, in order.
 *
 * @module
 */

/** What a supervisor's thread is started with. */
export type SupervisorStart = {
  readonly options: Omit<SupervisorOptions, "levelsBelow" | "network">;
  readonly priorities: Readonly<Record<string, number>>;
  readonly port: MessagePort;
};

/** What the program orders. */
export type SupervisorOrder =
  /** Adds a node, or removes one that was closed. */
  | { readonly type: "add"; readonly disk: SupervisedDisk }
  | { readonly type: "forget"; readonly node: NodeId }
  /** What becomes of one node: see `Child`. */
  | {
      readonly type: "start" | "pause" | "resume";
      readonly node: NodeId;
    }
  /** With `kept` its machine loses power too. */
  | { readonly type: "crash"; readonly node: NodeId; readonly kept: Kept | undefined }
  | { readonly type: "stop"; readonly node: NodeId; readonly deadlineMs: number }
  | {
      readonly type: "close";
      readonly node: NodeId;
      readonly deadlineMs: number;
      readonly why: string;
    }
  | { readonly type: "takeDisk"; readonly node: NodeId; readonly why: string }
  | { readonly type: "giveDisk"; readonly node: NodeId; readonly uid: number }
  /** Exchanges the disks of two nodes without threads. */
  | { readonly type: "swapDisks"; readonly node: NodeId; readonly other: NodeId }
  /** What becomes of all: see `Supervisor`. After `end` its thread ends. */
  | { readonly type: "watchLeader" | "announceStop" | "end" }
  | { readonly type: "stopAll"; readonly deadlineMs: number };

/** What answers orders, by comlink. */
export type SupervisorControl = {
  /** Carries an order out. Returns why it was refused; undefined if it was not. */
  obey(order: SupervisorOrder): string | undefined;
  /** Asks another host. */
  ask(host: string, question: HostQuestion, waitMs: number): Promise<HostReply>;
};

/** What the supervisor knows of a node, apart from what the node itself reports to the program. */
export type NodeState = Pick<NodeStatus, "id" | "uid" | "life" | "incarnation" | "restarts"> & {
  readonly hasThread: boolean;
  readonly isPaused: boolean;
  /** The memory of its `NodeCounters`. */
  readonly counters: SharedArrayBuffer;
  /** Its disk, into whose files faults are injected; undefined where none are. */
  readonly disk: NodeSpec["disk"] | undefined;
};

/**
 * What the supervisor publishes: all that happens, in the order in which it happens. The answer to an order comes after
 * all that the order has done.
 */
export type Publication =
  /** An event that does not come from what a node reports, which the program gets as well. */
  | { readonly type: "event"; readonly event: ClusterEvent }
  | { readonly type: "node"; readonly state: NodeState }
  /** A thread takes mail from the program, and answers control calls. */
  | {
      readonly type: "up";
      readonly node: NodeId;
      readonly incarnation: number;
      readonly lanes: LanesToActor;
      readonly control: MessagePort;
    }
  /** That thread has ended. All that it sent to the program is in its lane. */
  | { readonly type: "down"; readonly node: NodeId; readonly incarnation: number }
  /** A letter from another host, to a client of the program. */
  | { readonly type: "mail"; readonly letter: Envelope }
  /** Another host has presented itself. */
  | {
      readonly type: "heard";
      readonly host: string;
      readonly nodes: readonly NodeId[];
      readonly view: HostView | undefined;
    }
  /** Another host asks the program, which answers with a note. */
  | { readonly type: "asked"; readonly id: number; readonly question: ProgramQuestion }
  /** Letters that the supervisor could not deliver so far. */
  | { readonly type: "deadLetters"; readonly counts: ReadonlyMap<string, number> };

/** What the program posts without an order. */
export type Note =
  /** It has taken the counts of dead letters, and the letters before them. More may be posted. */
  | { readonly type: "counted" }
  /** A letter for a node or a client of another host. */
  | { readonly type: "mail"; readonly letter: Envelope }
  /** What it answers to a question of another host. */
  | { readonly type: "answered"; readonly question: number; readonly answer: HostAnswer }
  /** The address of its client. */
  | { readonly type: "client"; readonly client: ClientAddress };
