/**
 * Tests Raft and state machines on it: in a seeded simulation, on real threads, and exhaustively for small clusters. Also
 * judges whether a history of concurrent operations is linearizable, and shows why not.
 *
 * @module @kontiki/testing
 */
export {
  runCampaign,
  type CampaignOptions,
  type CampaignResult,
  type Job,
} from "./campaign/campaign.ts";
export type { KeptPlan } from "./campaign/guide.ts";
export type { Guided } from "./campaign/guided-pool.ts";
export type { CampaignProgress } from "./campaign/report-counter.ts";
export type { JobSpec } from "./campaign/job-protocol.ts";
export { JobThread } from "./campaign/job-thread.ts";
export { mixtureOf } from "./campaign/mixture.ts";
export { performTask, type Runnable } from "./campaign/perform-task.ts";
export {
  nthSeed,
  seedCount,
  seedsOf,
  SEEDS,
  type SeedRange,
  type Shard,
} from "./campaign/seeds.ts";
export {
  campaignVerdict,
  DOUBTS_KEPT,
  emptyTally,
  EXPECTED_WITHIN,
  neverReached,
  summed,
  withReport,
  type Doubt,
  type Finding,
  type FirstMet,
  type Tally,
} from "./campaign/tally.ts";
export { ENGINES, type Engine, type KeptRun, type RunReport, type Task } from "./campaign/task.ts";
export { TaskPool, type PoolOptions } from "./campaign/task-pool.ts";

export { verifyingOrder } from "./check/commit-order.ts";
export { interpretHistory, interpreting } from "./check/interpret.ts";
export type { LimitOptions } from "./check/limits.ts";
export {
  checkLinearizable,
  checkLinearizableInSlices,
  type CheckProgress,
} from "./check/linearizable.ts";
export {
  InterpretError,
  type FileModel,
  type Interpreted,
  type Model,
  type Timed,
} from "./check/model.ts";
export { modelProblem } from "./check/given-model.ts";
export { ModelError } from "./check/model-error.ts";
export { models, type AnyFileModel, type ModelName } from "./check/models/index.ts";
export { keyValue, type KeyValueInput } from "./check/models/key-value.ts";
export {
  listAppend,
  type ListAppendInput,
  type ListAppendOutput,
} from "./check/models/list-append.ts";
export { lock, type LockInput } from "./check/models/lock.ts";
export { queue, type QueueInput, type QueueOutput } from "./check/models/queue.ts";
export { register, type RegisterInput, type RegisterOutput } from "./check/models/register.ts";
export { set, type SetInput, type SetOutput } from "./check/models/set.ts";
export type {
  MicroOperation,
  ReadValue,
  Transaction,
  TransactionOutput,
} from "./check/models/transaction.ts";
export type { Numbered, Objects } from "./check/models/transaction-model.ts";
export { txnListAppend } from "./check/models/txn-list-append.ts";
export { txnRegister } from "./check/models/txn-register.ts";
export { OverwritesError, ReadOnlyError } from "./check/position.ts";
export type {
  BrokenClaim,
  Cost,
  Linearization,
  Unknown,
  Valid,
  Verdict,
  Violated,
} from "./check/verdict.ts";
export { HistoryError } from "./history/history-error.ts";
export {
  makeHistory,
  type Call,
  type StepClock,
  type Ending,
  type History,
  type HistoryOptions,
  type Mark,
  type Operation,
  type TimeUnit,
} from "./history/history.ts";
export { jsonlLines } from "./history/jsonl.ts";
export { FORMATS, formatOf, parseHistory, parsing, type Format } from "./history/parse.ts";
export type { TextParts } from "./history/text-parts.ts";
export {
  EdnCharacter,
  EdnDecimal,
  EdnFloat,
  EdnKeyword,
  EdnRatio,
  EdnSymbol,
  EdnValue,
  type EdnScalar,
} from "./history/edn-scalars.ts";
export type { Exact } from "./history/exact.ts";
export { parseValue } from "./history/parse-value.ts";
export {
  FAILED_CAS,
  type FailedCas,
  type Reading,
  type ReadingOptions,
} from "./history/reading.ts";
export {
  canonical,
  EdnMap,
  EdnSet,
  EdnTagged,
  sameValue,
  type Value,
  type ValueRecord,
} from "./history/value.ts";
export { finish, finishInSlices, type SliceOptions, type Work } from "./slices.ts";
export { verdictPage } from "./report/html.ts";
export { runPage, type RunPageParts } from "./report/run-page.ts";
export {
  verdictReport,
  type BrokenClaimReport,
  type OperationReport,
  type VerdictReport,
} from "./report/json.ts";
export type { ReadingReport } from "./report/reading-text.ts";
export { placements, type Placement } from "./report/placement.ts";
export { whyText } from "./report/describe.ts";
export { verdictText, type Paint } from "./report/text.ts";

export { Chance } from "./chance.ts";
export type { Plan, PlanEdit, PlannedFault, PlannedOperation, ReadRoute } from "./plan/plan.ts";
export { planOf } from "./plan/plan-of.ts";
export type { Recovery } from "./run/recoveries.ts";
export type { RunResult, Violation } from "./run/result.ts";
export type { MetSituation, StoryLine, StorySlice } from "./run/story.ts";
export type * from "./scenario/fault.ts";
export type * from "./scenario/scenario.ts";
export type { Loss } from "./engine/loss.ts";
export { SOMETIMES } from "./sometimes/registry.ts";
export { SometimesWatch } from "./sometimes/sometimes-watch.ts";
export type { Described } from "./sometimes/point.ts";
export type { CoreStep, Happening, Observer, Proposal } from "./engine/observer.ts";
export { simulate, simulateInSlices } from "./runs/simulate.ts";
export { Simulation, type SimulateOptions } from "./runs/simulation.ts";

// The explorer: every state that a small cluster of the real core can reach.
export type { ExploredAction } from "./explore/action.ts";
export type { BoundOptions, StepFunction } from "./explore/bounds.ts";
export { explore, exploreInSlices, type ExploreOptions } from "./explore/explore.ts";
export { INSTANCES } from "./explore/instances.ts";
export type { NamedInstance } from "./explore/named-instance.ts";
export type {
  Counterexample,
  Exploration,
  ExploreProgress,
  HashedSearch,
} from "./explore/exploration.ts";
export type {
  ExploredCopy,
  ExploredSnapshot,
  ExploredNode,
  ExploredPacket,
  KeptByCrash,
} from "./explore/explored-node.ts";
export type { SearchLimits } from "./explore/search.ts";
export type { ByEvent, Happened } from "./explore/happened.ts";
export type { Heard } from "./explore/lease-time.ts";
export { storyOf } from "./explore/explored-story.ts";
export { replayPath, type ExploredTransition, type Replay } from "./explore/walk.ts";

// Scenarios: in files, in simulation, on threads. Failures: as tokens and stories.
export { modelOf, simulateOptions } from "./runs/options-of.ts";
export { planOfParts } from "./plan/own-plan.ts";
export { defineScenario } from "./scenario/define.ts";
export type { Complaint, Path } from "./scenario/complaint.ts";
export { FAULT_GROUPS, type FaultGroup } from "./scenario/faults/table.ts";
export type * from "./scenario/input.ts";
export type { Duration, DurationRange, Share } from "./scenario/written/values.ts";
export { loadScenario, loadScenarioParts } from "./scenario/load.ts";
export { parseScenario } from "./scenario/parse.ts";
export type {
  CommandGenerator,
  Invariant,
  OwnCommand,
  ScenarioParts,
  Throws,
} from "./scenario/parts.ts";
export { ScenarioError, type PlacedComplaint, type TextPlace } from "./scenario/scenario-error.ts";
export { keyValueSpecification, type Specification } from "./check/models/specification.ts";
export { scenarioNames } from "./scenario/shipped.ts";
export type { ClusterSource } from "./workers/live-cluster.ts";
export {
  runCrashMatrix,
  type MatrixCell,
  type MatrixOptions,
  type MatrixOutcome,
} from "./workers/crash-matrix.ts";
export { FaultDesk, type FaultInForce } from "./workers/fault-desk.ts";
export { runOnWorkers, type WorkersOptions } from "./workers/run-on-workers.ts";
export { describeHappening, describeStart } from "./replay/describe-happening.ts";
export { describeStep } from "./replay/describe-step.ts";
export { forked, type Fork, type ForkChange } from "./replay/fork.ts";
export { planFrom, type Draw, type Recipe, type Runs } from "./replay/recipe.ts";
export { runToken, type Failed } from "./replay/run-token.ts";
export { shrink, shrinkInSlices, type RunPlan, type Shrunk, type Tried } from "./replay/shrink.ts";
export { sliceText, STORY_LEGEND, storyText, type StoryOptions } from "./replay/story-text.ts";
export { tellRun, tellRunInSlices, type ToldRun } from "./replay/tell-run.ts";
export { TokenError } from "./replay/token-error.ts";
export { decodeToken, encodeToken, type Token } from "./replay/token.ts";
export {
  runSession,
  type SessionBody,
  type SessionOptions,
  type SessionRun,
} from "./session/run-session.ts";
export { SessionError } from "./session/session-error.ts";
export type { SessionWaitOptions } from "./session/given.ts";
export { Session, type CrashOptions, type Ongoing } from "./session/session.ts";
export type { Percentiles } from "./summary/percentiles.ts";
export {
  summaryOf,
  type RunSummary,
  type SummaryFault,
  type SummaryLeader,
  type SummaryOptions,
  type SummaryWindow,
} from "./summary/summary.ts";
export type { Unavailable } from "./summary/unavailable.ts";
