import type { Entry, Index, NodeId, Term } from "@kontiki/core";
import type { NodeView } from "./node-view.ts";
import type { Value, WireMessage } from "./wire-message.ts";

/** The events of the original. */
export type UdpEvent =
  | { readonly type: "message"; readonly from: NodeId; readonly message: WireMessage }
  | { readonly type: "electionTimeout" }
  | { readonly type: "heartbeatTimeout" };

/** What a node does in response: the commands of the original. */
export type Command =
  | { readonly type: "log"; readonly text: string }
  | { readonly type: "broadcast"; readonly message: WireMessage }
  | { readonly type: "send"; readonly to: NodeId; readonly message: WireMessage }
  | { readonly type: "resetElectionTimeout"; readonly microseconds: number }
  | { readonly type: "resetHeartbeatTimeout"; readonly microseconds: number }
  | { readonly type: "truncateLog"; readonly after: Index }
  | { readonly type: "logEntries"; readonly entries: readonly Entry<Value>[] }
  | { readonly type: "commit"; readonly before: Index; readonly upTo: Index };

/** One event and its results. Its writes are durable; its messages have not been sent yet. */
export type Turn = {
  readonly type: "turn";
  readonly event: UdpEvent;
  readonly input: NodeView;
  readonly output: NodeView;
  readonly commands: readonly Command[];
};

/** A datagram that was dropped. `count` is the number of dropped datagrams so far. */
export type Dropped = {
  readonly type: "dropped";
  readonly bytes: number;
  readonly reason: string;
  readonly count: number;
};

/** How a node begins: with what was on its disk, and the timer that it starts. */
export type Begun = {
  readonly type: "begun";
  readonly term: Term;
  readonly votedFor: NodeId | undefined;
  readonly commands: readonly Command[];
};
