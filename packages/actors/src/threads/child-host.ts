import type { NodeId } from "@kontiki/core";
import type { FromNode, NodeSpec } from "../mail/protocol.ts";
import type { ClusterEvent, RaftStatus } from "../mail/status.ts";
import type { RestartPolicy } from "./restart-policy.ts";
import type { MailReport } from "./lane-frames.ts";
import type { NodeThread, ThreadMail } from "./thread.ts";

/** What the owner of a child provides, and what it wants to hear. Each thread of the child has its own incarnation. */
export type ChildHost = {
  readonly policy: RestartPolicy;
  /** What a thread is started with, except for what the child adds. `path` is undefined for a disk in memory. */
  readonly spec: Omit<NodeSpec, "id" | "uid" | "incarnation" | "disk" | "counters" | "faults">;
  readonly path: string | undefined;
  /** Whether faults can be injected into its threads. */
  readonly faults: boolean;
  readonly mail: ThreadMail;
  readonly onEvent: (event: ClusterEvent) => void;
  /** The child has another life, or a thread. */
  readonly onLife: () => void;
  /** A thread takes mail from now on. */
  readonly onUp: (incarnation: number, thread: NodeThread) => void;
  /** A thread has ended. */
  readonly onDown: (incarnation: number) => void;
  /** A thread runs but takes no part for now: its disk fails, or its log is damaged. */
  readonly onTrouble: (incarnation: number) => void;
  /** The thread has paused as requested. */
  readonly onPaused: () => void;
  /** The node uses another membership than before. */
  readonly onMembership: () => void;
  /** What became of its mail. */
  readonly onMailReport: (report: MailReport) => void;
  /** Part of a turn is over. `before` is the node's status up to then, if its thread had reported one. */
  readonly onTurn: (
    incarnation: number,
    turn: FromNode & { readonly type: "turn" },
    before: RaftStatus | undefined,
  ) => void;
};

/** What a child adds to each of its events. */
type Added = { readonly node: NodeId; readonly incarnation: number };

type Without<E> = E extends Added ? Omit<E, keyof Added> : never;

/** An event of a child without its name and incarnation, which the child adds. */
export type ChildEvent = Without<ClusterEvent>;
