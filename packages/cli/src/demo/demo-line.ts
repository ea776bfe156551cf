import type {
  ClusterEvent,
  KeyValueCommand,
  KeyValueResult,
  NodeStatus,
  Outcome,
  RaftStatus,
} from "@kontiki/actors";

/** What the part of the story is about that begins. */
export type Chapter = "start" | "election" | "writes" | "crash" | "recovery" | "agreement";

/** What the demo did until it ended. */
export type Tally = {
  /** Leaders that were elected. */
  readonly elections: number;
  /** Leaders that were crashed. */
  readonly crashes: number;
  /** Writes that were acknowledged. */
  readonly writes: number;
  /** How often all nodes were compared and found equal, with no acknowledged write missing. */
  readonly agreements: number;
};

/** A command of the demo's client has ended, after so many milliseconds. */
export type ClientLine = {
  readonly type: "client";
  readonly command: Extract<KeyValueCommand, { readonly type: "put" | "get" }>;
  readonly outcome: Outcome<KeyValueResult>;
  readonly tookMs: number;
};

/** Something to tell, as it happens. */
export type DemoLine =
  /** A node says something new of itself; `before` is what it had said last, undefined after a start. */
  | {
      readonly type: "status";
      readonly node: NodeStatus["id"];
      readonly before: RaftStatus | undefined;
      readonly now: RaftStatus;
    }
  /** Something befell a node. */
  | { readonly type: "event"; readonly event: ClusterEvent }
  | ClientLine
  /** What is to be seen next, or was seen, for people who do not know Raft. */
  | { readonly type: "story"; readonly chapter: Chapter; readonly text: string }
  /** Nothing runs any more. */
  | { readonly type: "end"; readonly tally: Tally };
