import type {
  ClusterEvent,
  KeyValueCommand,
  KeyValueResult,
  NodeStatus,
  Outcome,
  RaftStatus,
} from "@kontiki/actors";

/** The topic of a part of the narration. */
export type Chapter = "start" | "election" | "writes" | "crash" | "recovery" | "agreement";

/** What the demo did until it ended. */
export type Tally = {
  /** Elected leaders. */
  readonly elections: number;
  /** Crashed leaders. */
  readonly crashes: number;
  /** Acknowledged writes. */
  readonly writes: number;
  /** How often all nodes were compared and were equal, with no acknowledged write missing. */
  readonly agreements: number;
};

/** A command of the demo's client has ended. */
export type ClientLine = {
  readonly type: "client";
  readonly command: Extract<KeyValueCommand, { readonly type: "put" | "get" }>;
  readonly outcome: Outcome<KeyValueResult>;
  readonly tookMs: number;
};

/** Something to print when it happens. */
export type DemoLine =
  /** A node reports a new state; `before` is its previous report, undefined after a start. */
  | {
      readonly type: "status";
      readonly node: NodeStatus["id"];
      readonly before: RaftStatus | undefined;
      readonly now: RaftStatus;
    }
  /** An event of the cluster. */
  | { readonly type: "event"; readonly event: ClusterEvent }
  | ClientLine
  /** What comes next, or has happened, for readers who do not know Raft. */
  | { readonly type: "story"; readonly chapter: Chapter; readonly text: string }
  /** All nodes have stopped. */
  | { readonly type: "end"; readonly tally: Tally };
