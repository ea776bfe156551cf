import type { NodeId } from "@kontiki/core";
import type { NodeDisk } from "../directory/cluster-disks.ts";
import type { HostAnswer, ProgramQuestion } from "../hosts/host-questions.ts";
import type { HostSpec } from "../hosts/host-spec.ts";
import type { MailboxLimits } from "../lanes/mailbox-table.ts";
import type { Envelope, FaultMemory, NodeSpec } from "../mail/protocol.ts";
import type { ClusterEvent } from "../mail/status.ts";
import type { RestartPolicy } from "../supervision/restart-policy.ts";
import type { NodeThread } from "./thread.ts";

/** What every node's thread is started with. */
export type CommonSpec = Omit<
  NodeSpec,
  "id" | "uid" | "incarnation" | "disk" | "voters" | "priority" | "route" | "counters" | "faults"
>;

/** A node's disk, and the memory by which faults are injected into its threads; undefined where none are. */
export type SupervisedDisk = NodeDisk & { readonly faults?: FaultMemory | undefined };

/** What a supervisor is made of. */
export type SupervisorOptions = {
  /** The voters that the cluster began with. */
  readonly voters: readonly NodeId[];
  /** The present nodes. */
  readonly nodes: readonly SupervisedDisk[];
  readonly spec: CommonSpec;
  /** How many levels the priority of a node is below the highest. */
  readonly levelsBelow: (node: NodeId) => number;
  readonly policy: RestartPolicy;
  readonly mailbox: MailboxLimits;
  /** Where the nodes' disks are, for messages; undefined if they are in memory. */
  readonly dataDir: string | undefined;
  /** With a carrier in the program: whether it carries letters now, and whether its thread runs. See `MailRoute`. */
  readonly route?: SharedArrayBuffer | undefined;
  /** The bell of the program's thread, which gets lanes to each node. Undefined if the supervisor is in that thread. */
  readonly programBell?: SharedArrayBuffer | undefined;
  /** Where the cluster has nodes on other hosts as well. */
  readonly hosts?: HostSpec | undefined;
};

/** Another host asks what the program answers. */
export type ToProgram = {
  readonly question: ProgramQuestion;
  readonly answer: (answer: HostAnswer) => void;
};

/**
 * What a supervisor emits: `event` for what happens to nodes, `life` when a node has another life, `up` and `down` when a
 * thread takes part and when it has ended, `deadLetters` when their counts have changed, `mail` when a letter has come
 * from another host for a client of this one, `heard` when another host has presented itself, `asked` when another host
 * asks the program, and `change` after any of these and more often, for code that waits for some state of the whole
 * cluster.
 */
export type SupervisorEvents = {
  event: [ClusterEvent];
  life: [NodeId];
  up: [NodeId, incarnation: number, NodeThread];
  down: [NodeId, incarnation: number];
  deadLetters: [];
  mail: [Envelope];
  heard: [host: string];
  asked: [ToProgram];
  change: [];
};
