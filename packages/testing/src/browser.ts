/**
 * The simulation, tokens, stories, the explorer and the checker for programs in a browser: what `@kontiki/testing` has, but
 * for threads, files, pages and campaigns. The same plan gives the same run there as in Node.
 *
 * @module @kontiki/testing/browser
 */
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
  type Distinctions,
  type FileModel,
  type Interpreted,
  type Model,
  type Timed,
} from "./check/model.ts";
export { modelProblem } from "./check/given-model.ts";
export { ModelError } from "./check/model-error.ts";
export { models, type AnyFileModel, type ModelName } from "./check/models/index.ts";
export { keyValue } from "./check/models/key-value.ts";
export type { KeyValueInput } from "./check/models/key-value-access.ts";
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
export { OverwritesError, ReadOnlyError } from "./check/broken-hints.ts";
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
export { Chance } from "./chance.ts";
export type { Plan, PlanEdit, PlannedFault, PlannedOperation, ReadRoute } from "./plan/plan.ts";
export { planOf } from "./plan/plan-of.ts";
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
export { modelOf, simulateOptions } from "./runs/options-of.ts";
export { planOfParts } from "./plan/own-plan.ts";
export { defineScenario } from "./scenario/define.ts";
export type { Complaint, Path } from "./scenario/complaint.ts";
export { FAULT_GROUPS, type FaultGroup } from "./scenario/faults/table.ts";
export type * from "./scenario/input.ts";
export type { Duration, DurationRange, Share } from "./scenario/written/values.ts";
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
