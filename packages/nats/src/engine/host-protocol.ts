import type {
  AddNodeOptions,
  ClusterEvent,
  ClusterOptions,
  CrashPoint,
  Disturbance,
  FaultEffect,
  Kept,
  MembersChange,
  NodeStatus,
} from "@kontiki/actors";
import type { ExperimentCount } from "@kontiki/actors/node";

/** What a host is started with: plain data. */
export type HostStart = Omit<ClusterOptions, "network" | "onEvent">;

/** A change of members that is made on the host of a new node, or of the node whose disk is wiped. */
export type HostChange =
  | ({ readonly type: "add" } & Pick<AddNodeOptions, "as" | "replaces">)
  | { readonly type: "change"; readonly change: MembersChange }
  | { readonly type: "wipe" };

/** What the engine orders a host to do with its node. */
export type HostOrder =
  | { readonly type: "losePower"; readonly kept: Kept }
  | { readonly type: "crashAt"; readonly point: CrashPoint | undefined; readonly kept?: Kept }
  | { readonly type: "disturb"; readonly disturbance: Disturbance }
  | { readonly type: "snapshot"; readonly timeoutMs: number }
  | { readonly type: "compact" }
  | { readonly type: "digest" }
  | (HostChange & { readonly timeoutMs: number })
  /** To wait for no change any more. */
  | { readonly type: "abort" }
  | { readonly type: "stop" };

/** What the engine tells the process of a host. */
export type ToHost =
  | { readonly type: "start"; readonly node: string; readonly options: HostStart }
  | { readonly type: "order"; readonly id: number; readonly order: HostOrder };

/** What a host reports of its node: what has happened since the last report, and how it is now. */
export type HostReport = {
  readonly events: readonly ClusterEvent[];
  /** Undefined until the host is up, and while it has no node. */
  readonly status: NodeStatus | undefined;
  /** Of a node that was removed the last ones. */
  readonly counts: Readonly<Partial<Record<ExperimentCount, number>>>;
  readonly effects: Readonly<Partial<Record<FaultEffect, number>>>;
};

/** What the process of a host tells the engine. An answer follows the report of what the order has done. */
export type FromHost =
  | { readonly type: "up" }
  | { readonly type: "report"; readonly report: HostReport }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  /** An order could not be carried out, and why. */
  | { readonly type: "refused"; readonly id: number; readonly why: string }
  /** The host cannot start, and why. The process ends. */
  | { readonly type: "failed"; readonly why: string };
