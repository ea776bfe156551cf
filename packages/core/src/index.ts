/**
 * Raft as a pure function: `step(env, state, event) -> { state, effects }`.
 *
 * @module @kontiki/core
 */
export { assert, AssertionError } from "./assert.ts";
export { CONFIG_DEFAULTS, makeConfig, peers, type Config } from "./config.ts";
export type { Effect } from "./effect.ts";
export {
  atLeastAsUpToDate,
  lastPosition,
  LOG_START,
  type Entry,
  type LogPosition,
  type LogView,
} from "./entry.ts";
export type { Event } from "./event.ts";
export { INITIAL_HARD_STATE, sameHardState, type HardState } from "./hard-state.ts";
export {
  index,
  INDEX_ZERO,
  indexAfter,
  isNodeId,
  maxIndex,
  minIndex,
  nextTerm,
  nodeId,
  previousIndex,
  term,
  TERM_ZERO,
  type Index,
  type NodeId,
  type Term,
} from "./ids.ts";
export {
  checkCluster,
  checkState,
  checkStep,
  Leaders,
  type Observed,
  type Violations,
} from "./invariants.ts";
export { MemoryLog } from "./memory-log.ts";
export type {
  AppendAccepted,
  AppendEntries,
  AppendRejected,
  Message,
  RequestVote,
  VoteReply,
} from "./message.ts";
export { hasWindow, type Progress } from "./progress.ts";
export { isQuorum, majority, quorumIndex } from "./quorum.ts";
export {
  hardStateOf,
  leaderOf,
  restore,
  type Env,
  type Role,
  type State,
  type Step,
} from "./state.ts";
export { step } from "./step.ts";
