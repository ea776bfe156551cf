import type { NodeActor, Outcome, Recovered, CommandBytes } from "@kontiki/actors/node";
import type { Effect, Event, NodeId, State } from "@kontiki/core";
import type { PlannedFault, PlannedOperation } from "../plan/plan.ts";
import type { Kept } from "../scenario/fault.ts";

/** One step of a node's core. Its effects are not done yet: the log is that before the step. */
export type CoreStep = {
  /** Whose core. */
  readonly node: NodeId;
  /** What happened to it. */
  readonly event: Event<CommandBytes>;
  /** Its state before the event. */
  readonly before: State;
  /** Its state after it. */
  readonly after: State;
  /** What there is to do, in order. */
  readonly effects: readonly Effect<CommandBytes>[];
};

/** How an operation is known in the log, whichever of its client's sessions it stands in there. */
export type Proposal = {
  /** The number of the client, which is that of its address. */
  readonly client: number;
  /** Which of the client's commands it is. */
  readonly sequence: number;
};

/** Everything else that happens in a simulation. */
export type Happening =
  /** A node has recovered from its disk. */
  | {
      readonly type: "started";
      readonly node: NodeId;
      readonly uid: number;
      readonly incarnation: number;
      readonly recovered: Recovered;
      /** The node itself, to be looked at. @hidden */
      readonly actor: NodeActor;
    }
  /** It cannot start, or not go on. */
  | { readonly type: "refused"; readonly node: NodeId; readonly reason: string }
  /** Its process is gone; `kept` where power was lost too. */
  | {
      readonly type: "ended";
      readonly node: NodeId;
      readonly cause: string;
      readonly kept: Kept | undefined;
    }
  /** All that its turn wrote is durable. */
  | { readonly type: "synced"; readonly node: NodeId }
  /** Mail has left a node or a client. */
  | {
      readonly type: "posted";
      readonly from: string;
      readonly to: string;
      readonly bytes: Uint8Array;
    }
  /** It has come to whom it is for, or to where that one was. */
  | {
      readonly type: "delivered";
      readonly from: string;
      readonly to: string;
      readonly bytes: Uint8Array;
    }
  /** It will never arrive: why. */
  | { readonly type: "lost"; readonly from: string; readonly to: string; readonly reason: string }
  /** A node's state machine has applied a command that was not a repeat: that of the entry `index`. */
  | {
      readonly type: "applied";
      readonly node: NodeId;
      readonly index: number;
      readonly command: unknown;
      readonly result: unknown;
    }
  /** A node's state machine has taken up a snapshot; `state` is what the machine's `snapshot()` gives then. */
  | { readonly type: "restored"; readonly node: NodeId; readonly state: unknown }
  /** A node's state machine did what none may: what, as the end of a sentence that begins with the node. */
  | { readonly type: "misbehaved"; readonly node: NodeId; readonly what: string }
  /** A fault is in force, on these nodes. */
  | { readonly type: "faultBegan"; readonly fault: PlannedFault; readonly nodes: readonly string[] }
  /** It is in force no more. */
  | { readonly type: "faultEnded"; readonly fault: PlannedFault }
  /** It would have asked the impossible, or there was nothing to do it to. */
  | { readonly type: "faultSkipped"; readonly fault: PlannedFault; readonly reason: string }
  /** A client was asked for an operation; `proposal` is undefined for a question. */
  | {
      readonly type: "called";
      readonly operation: PlannedOperation;
      readonly proposal: Proposal | undefined;
    }
  /** A client knows how its operation ended. */
  | {
      readonly type: "returned";
      readonly operation: PlannedOperation;
      readonly outcome: Outcome<unknown>;
    }
  /** All faults have ended: from here on the cluster must become live again. */
  | { readonly type: "healed" }
  /** It has: everything is answered and all nodes agree. */
  | { readonly type: "settled" };

/** Watches a simulation. It must not change anything. What it finds wrong it says to whoever made it. */
export interface Observer {
  /** Told of each step of each core. */
  onStep(step: CoreStep): void;
  /** Told of all else. */
  onHappening(happening: Happening): void;
}
