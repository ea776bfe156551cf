/**
 * Raft as a pure function: `step(env, state, event) -> { state, effects }`.
 *
 * @module @kontiki/core
 */
export { assert, AssertionError } from "./assert.ts";
export { CONFIG_DEFAULTS, makeConfig, type Config } from "./config.ts";
export type { Effect, Refusal } from "./effect.ts";
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
export { isChanging, mayStand, membershipAt, membershipOf, peersOf } from "./in-force.ts";
export {
  assertMembership,
  initialMembership,
  isJoint,
  isMember,
  isVoter,
  membersOf,
  sameMembership,
  uidOf,
  type InForce,
  type Membership,
  type Promotion,
  type Peer,
} from "./membership.ts";
export {
  changeMembership,
  changeSimply,
  enterJoint,
  leaveJoint,
  type Change,
  type Changed,
} from "./membership-change.ts";
export {
  checkCluster,
  checkState,
  checkStep,
  Leaders,
  type Observed,
  type Violations,
} from "./invariants.ts";
export { MemoryLog } from "./memory-log.ts";
export type { PackedEntries } from "./packed-entries.ts";
export type {
  AppendAccepted,
  AppendEntries,
  AppendRejected,
  ChunkReply,
  Fetched,
  FetchChunk,
  FetchedChunk,
  FetchReply,
  FetchRequest,
  Lack,
  Message,
  PreVoteReply,
  ReadReply,
  ReadRequest,
  Rejoin,
  RequestPreVote,
  RequestVote,
  SnapshotChunk,
  TimeoutNow,
  VoteReply,
} from "./message.ts";
export {
  hasWindow,
  type Known,
  type Probe,
  type Progress,
  type Replicate,
  type SendSnapshot,
} from "./progress.ts";
export {
  decided,
  decides,
  isQuorum,
  majority,
  quorumIndex,
  verdict,
  type Verdict,
} from "./quorum.ts";
export { confirmedRound } from "./read.ts";
export {
  hardStateOf,
  leaderOf,
  type PendingRead,
  type Env,
  type Leader,
  type Receiving,
  type Repair,
  type Role,
  type State,
  type Step,
  type Transfer,
} from "./state.ts";
export {
  agreementOf,
  endOf,
  knownTerms,
  NO_SALVAGE,
  pieceAt,
  type LogCopy,
  type LogPiece,
  type Salvage,
} from "./salvage.ts";
export { positionOf, sameSnapshot, type Snapshot } from "./snapshot.ts";
export { restore, type Found } from "./restore.ts";
export { step } from "./step.ts";
