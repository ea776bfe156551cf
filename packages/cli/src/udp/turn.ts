import type { Entry, Index, NodeId, Term } from "@kontiki/core";
import type { NodeView } from "./node-view.ts";
import type { Value, WireMessage } from "./wire-message.ts";

/** What a node can be told of: the events of the original. */
export type UdpEvent =
  | { readonly type: "message"; readonly from: NodeId; readonly message: WireMessage }
  | { readonly type: "electionTimeout" }
  | { readonly type: "heartbeatTimeout" };

/** What a node does about an event: the commands of the original. */
export type Command =
  | { readonly type: "log"; readonly text: string }
  | { readonly type: "broadcast"; readonly message: WireMessage }
  | { readonly type: "send"; readonly to: NodeId; readonly message: WireMessage }
  | { readonly type: "resetElectionTimeout"; readonly microseconds: number }
  | { readonly type: "resetHeartbeatTimeout"; readonly microseconds: number }
  | { readonly type: "truncateLog"; readonly after: Index }
  | { readonly type: "logEntries"; readonly entries: readonly Entry<Value>[] }
  | { readonly type: "commit"; readonly before: Index; readonly upTo: Index };

/** One event and all that came of it. What it wrote is durable; what it sends is yet to be sent. */
export type Turn = {
  readonly type: "turn";
  readonly event: UdpEvent;
  readonly input: NodeView;
  readonly output: NodeView;
  readonly commands: readonly Command[];
};

/** A datagram that was thrown away unhandled. `count` is how many were so far. */
export type Dropped = {
  readonly type: "dropped";
  readonly bytes: number;
  readonly reason: string;
  readonly count: number;
};

/** How a node begins: what it found on its disk, and the timer that it starts. */
export type Begun = {
  readonly type: "begun";
  readonly term: Term;
  readonly votedFor: NodeId | undefined;
  readonly commands: readonly Command[];
};
