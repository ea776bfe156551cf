import type { CommandBytes, Disk, NodeActor, Outcome, Recovered } from "@kontiki/actors/node";
import type { Effect, Event, NodeId, State } from "@kontiki/core";
import type { PlannedFault, PlannedOperation } from "../plan/plan.ts";
import type { Kept } from "../scenario/fault.ts";
import type { Loss } from "./loss.ts";

/** One step of a node's core. Its effects are not done yet: the log is that before the step. */
export type CoreStep = {
  /** The node of the core. */
  readonly node: NodeId;
  /** What happened to it. */
  readonly event: Event<CommandBytes>;
  /** Its state before the event. */
  readonly before: State;
  /** Its state after it. */
  readonly after: State;
  /** What the node has to do, in order. */
  readonly effects: readonly Effect<CommandBytes>[];
};

/** How an operation is identified in the log, whichever session of its client it belongs to there. */
export type Proposal = {
  /** The number of the client, which is that of its address. */
  readonly client: number;
  /** The number of the command among those of the client. */
  readonly sequence: number;
};

/** Every other event of a simulation. */
export type Happening =
  /** A node has recovered from its disk. */
  | {
      readonly type: "started";
      readonly node: NodeId;
      readonly uid: number;
      readonly incarnation: number;
      readonly recovered: Recovered;
      /** The node itself, for reading. @hidden */
      readonly actor: NodeActor;
      /** What a loss of power at this moment would leave of its disk at least, for reading. @hidden */
      readonly stored?: Disk;
    }
  /** It cannot start, or cannot continue. */
  | { readonly type: "refused"; readonly node: NodeId; readonly reason: string }
  /** Its process has ended; `kept` if power was lost too. */
  | {
      readonly type: "ended";
      readonly node: NodeId;
      readonly cause: string;
      readonly kept: Kept | undefined;
    }
  /** A fault damaged durable bytes of its disk. It does not know yet. */
  | { readonly type: "damaged"; readonly node: NodeId; readonly loss: Loss }
  /** Everything that its turn wrote is durable. */
  | { readonly type: "synced"; readonly node: NodeId }
  /** The file of a snapshot has got its name on the node's disk with this uid. */
  | {
      readonly type: "published";
      readonly node: NodeId;
      readonly uid: number;
      readonly name: string;
      /** A copy of all that is in it. */
      readonly bytes: Uint8Array;
      /** Whether the name survives a loss of power. */
      readonly isDurable: boolean;
    }
  /** Mail has left a node or a client. */
  | {
      readonly type: "posted";
      readonly from: string;
      readonly to: string;
      readonly bytes: Uint8Array;
    }
  /** It has arrived at its destination, or where its destination was. */
  | {
      readonly type: "delivered";
      readonly from: string;
      readonly to: string;
      readonly bytes: Uint8Array;
    }
  /** It will never arrive, with the reason. */
  | {
      readonly type: "lost";
      readonly from: string;
      readonly to: string;
      readonly reason: string;
      /** The same object as when it was posted. */
      readonly bytes: Uint8Array;
    }
  /** A node's state machine has applied the command of the entry `index`, which was not a repeat. */
  | {
      readonly type: "applied";
      readonly node: NodeId;
      readonly index: number;
      readonly command: unknown;
      readonly result: unknown;
      /** Whether the result is an error that the machine threw, and whether on purpose. */
      readonly threw?: "onPurpose" | "unexpected";
    }
  /** A node's state machine has restored a snapshot; `state` is what the machine's `snapshot()` then gives. */
  | { readonly type: "restored"; readonly node: NodeId; readonly state: unknown }
  /**
   * A node's state machine broke its contract: `what` is the end of a sentence that begins with the node. `check` is the
   * name of the violation, by default "state machine"; `error` is what was thrown.
   */
  | {
      readonly type: "misbehaved";
      readonly node: NodeId;
      readonly what: string;
      readonly check?: string;
      readonly error?: unknown;
    }
  /** A fault has begun, on these nodes. */
  | { readonly type: "faultBegan"; readonly fault: PlannedFault; readonly nodes: readonly string[] }
  /** It has ended. */
  | { readonly type: "faultEnded"; readonly fault: PlannedFault }
  /** It would have demanded the impossible, or there was no node for it. */
  | { readonly type: "faultSkipped"; readonly fault: PlannedFault; readonly reason: string }
  /** A client began an operation; `proposal` is undefined for a read. */
  | {
      readonly type: "called";
      readonly operation: PlannedOperation;
      readonly proposal: Proposal | undefined;
    }
  /** A client's operation has ended. */
  | {
      readonly type: "returned";
      readonly operation: PlannedOperation;
      readonly outcome: Outcome<unknown>;
    }
  /** All faults have ended: from here on the cluster must become live again. */
  | { readonly type: "healed" }
  /** It is live: everything is answered and all nodes agree. */
  | { readonly type: "settled" };

/** Watches a simulation. It must not change anything. It reports violations to the code that made it. */
export interface Observer {
  /** Called for each step of each core. */
  onStep(step: CoreStep): void;
  /** Called for every other event. */
  onHappening(happening: Happening): void;
}
