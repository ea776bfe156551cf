import {
  INITIAL_HARD_STATE,
  type Entry,
  type HardState,
  type Index,
  type LogPosition,
} from "@kontiki/core";
import type { Value } from "./wire-message.ts";

/** What is kept from an earlier run. */
export type Kept = {
  readonly hard: HardState;
  readonly entries: readonly Entry<Value>[];
  /** Where the log ended before a part of it was damaged: see `State.horizon` of the core. */
  readonly horizon: LogPosition | undefined;
};

/** Keeps a node's term, vote and log over a restart. */
export interface Keeper {
  saveHardState(hard: HardState): void;
  append(entries: readonly Entry<Value>[]): void;
  truncate(after: Index): void;
  /** The damaged log is complete again. */
  forgetHorizon(): void;
  /** Makes all writes since the last call durable at once. @throws KontikiError when the disk fails. */
  sync(): void;
  close(): void;
}

/** Keeps nothing, as the original does: for a node without a directory. */
export const FORGETFUL: Keeper = {
  saveHardState: () => undefined,
  append: () => undefined,
  truncate: () => undefined,
  forgetHorizon: () => undefined,
  sync: () => undefined,
  close: () => undefined,
};

/** At the first start, and at every start of a node that keeps nothing. */
export const NOTHING_KEPT: Kept = {
  hard: INITIAL_HARD_STATE,
  entries: [],
  horizon: undefined,
};
