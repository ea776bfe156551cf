import type { Config, PackedEntries } from "@kontiki/core";
import type { StateMachine } from "../machine/state-machine.ts";
import { SESSION_DEFAULTS, type SessionLimits } from "../sessions/sessions.ts";
import type { SnapshotStore } from "../storage/snapshot-store.ts";
import type { CommandBytes, Recovered, Storage } from "../storage/storage.ts";
import type { Tracer } from "../trace/trace.ts";
import type { EntryObserver } from "./applier.ts";
import type { Lease } from "./lease.ts";
import type { LetterWatch } from "./letter-watch.ts";
import type { ReadIds } from "./reads.ts";
import type { SnapshotPolicy } from "./snapshot-taker.ts";
import type { StepObserver } from "./step-observer.ts";

/** Bounds that a simulation lowers, so that short runs reach them. */
export type NodeLimits = {
  /** Most entries applied in one turn, so that a long backlog does not keep a node from its mailbox. */
  readonly turnEntries: number;
  /** When sessions end. */
  readonly sessions: SessionLimits;
};

/** The default of each. */
export const LIMIT_DEFAULTS: NodeLimits = { turnEntries: 8192, sessions: SESSION_DEFAULTS };

/** What a node is made of. */
export type NodeParts = {
  readonly config: Config;
  readonly recovered: Recovered;
  /** The entries of it, to be made when they are asked for. Without it those of `recovered` are used. */
  readonly packed?: PackedEntries<CommandBytes> | undefined;
  readonly storage: Storage;
  readonly snapshots: SnapshotStore;
  readonly machine: StateMachine;
  /** Those of its thread, which keeps them when its disk is opened again. */
  readonly readIds: ReadIds;
  readonly policy: SnapshotPolicy;
  /** Undefined unless `config.leases`. */
  readonly lease: Lease | undefined;
  readonly tracer: Tracer | undefined;
  readonly observer?: StepObserver | undefined;
  readonly entries?: EntryObserver | undefined;
  readonly watch?: LetterWatch | undefined;
  readonly limits?: Partial<NodeLimits> | undefined;
};
