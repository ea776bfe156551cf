import type { Term } from "@kontiki/core";
import type { FaultMemory, NodeSpec } from "../mail/protocol.ts";
import type { ClusterEvent, RaftStatus } from "../mail/status.ts";
import type { ThreadMail } from "../supervision/actor-thread.ts";
import type { ChildHost, LifeReport } from "../supervision/child-host.ts";
import type { ReportedTurn } from "./lane-report.ts";
import type { NodeThread } from "./thread.ts";

/** What the owner of a node's child provides beside what that of any child does, and what it wants to hear. */
export type NodeHost = Omit<ChildHost<NodeThread>, "onReport" | "heapMiB"> & {
  /** What a thread is started with, except for what the child adds. `path` is undefined for a disk in memory. */
  readonly spec: Omit<NodeSpec, "id" | "uid" | "incarnation" | "disk" | "counters" | "faults">;
  readonly path: string | undefined;
  /** By which faults are injected into its threads; undefined where none are. */
  readonly faults: FaultMemory | undefined;
  readonly mail: ThreadMail;
  readonly onEvent: (event: ClusterEvent) => void;
  /** A thread runs but takes no part for now: its disk fails, or its log is damaged. */
  readonly onTrouble: (incarnation: number, term: Term) => void;
  /** The node uses another membership than before. */
  readonly onMembership: () => void;
  /** Part of a turn is over. `before` is the node's status up to then, if its thread had reported one. */
  readonly onTurn: (
    incarnation: number,
    turn: ReportedTurn,
    before: RaftStatus | undefined,
  ) => void;
};

/** What a child adds to each of its events. */
type Added = { readonly node: unknown; readonly incarnation: number };

type Without<E> = E extends Added ? Omit<E, keyof Added> : never;

/** An event of a node's child without its name and incarnation, which the child adds. */
export type NodeChildEvent = Without<ClusterEvent>;

/** What happens to a node's child. A node is permanent, and alone: it does not complete, and is not recycled. */
export type NodeLifeReport = Exclude<LifeReport, { readonly type: "completed" | "recycled" }>;
