/**
 * Tests Raft and state machines on it: in a seeded simulation, on real threads, and exhaustively for small clusters. Also
 * judges whether a history of concurrent operations is linearizable, and shows why not.
 *
 * @module @kontiki/testing
 */

// What also runs in a browser: the checker, simulation, explorer, tokens and stories.
export * from "./browser.ts";

// What needs threads, files or Node: campaigns, pages, sessions, real clusters.
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
export { performTask, type Runnable, type RunKeeper } from "./campaign/perform-task.ts";
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
export {
  ENGINES,
  KEPT_RUNS_MAX,
  type Engine,
  type KeptLine,
  type KeptRun,
  type RunReport,
  type Task,
} from "./campaign/task.ts";
export { TaskPool, type PoolOptions } from "./campaign/task-pool.ts";

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

export type { MessageCount, RunMessages } from "./run/messages.ts";
export type { Recovery } from "./run/recoveries.ts";

export { loadScenario, loadScenarioParts } from "./scenario/load.ts";
export { scenarioNames } from "./scenario/shipped.ts";
export type { ClusterSource } from "./workers/live-cluster.ts";
export {
  runCrashMatrix,
  type MatrixCell,
  type MatrixOptions,
  type MatrixOutcome,
} from "./workers/crash-matrix.ts";
export { FaultDesk, type FaultInForce } from "./workers/fault-desk.ts";
export type {
  ClusterModule,
  ClusterUnderTest,
  FaultsUnderTest,
  NodeUnderTest,
  OpenClusters,
  StartCluster,
} from "./workers/cluster-under-test.ts";
export { runOnWorkers, type WorkersOptions } from "./workers/run-on-workers.ts";
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
