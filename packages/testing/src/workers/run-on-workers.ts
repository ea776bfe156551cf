import { StateMachineError, type ClusterEvent, type Outcome } from "@kontiki/actors";
import { callable, checkArgument, checkOptions, flag, type Schema } from "@kontiki/actors/node";
import { Chance } from "../chance.ts";
import { ClientRecord } from "../claims/client-record.ts";
import { checkExpectations, leavesToCampaign } from "../claims/expectations.ts";
import { judgeHistory, NOT_JUDGED } from "../claims/judge-history.ts";
import { Marks } from "../claims/marks.ts";
import { withTiming } from "../claims/slow-broadcast.ts";
import {
  givenSpecificationOrNone,
  keyValueSpecification,
  type Specification,
} from "../check/models/specification.ts";
import type { FaultHappening } from "../nemesis/nemesis.ts";
import { Counters } from "../run/counters.ts";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan, PlannedOperation } from "../plan/plan.ts";
import { Recoveries } from "../run/recoveries.ts";
import type { RunResult } from "../run/result.ts";
import { Violations } from "../run/violations.ts";
import { ClusterTarget } from "./cluster-target.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";
import { readAllKeys } from "./final-reads.ts";
import { LeaderMarks } from "./leader-marks.ts";
import { runClients } from "./live-clients.ts";
import { CLUSTER_SOURCE, startCluster, type ClusterSource } from "./live-cluster.ts";
import { LiveFaults } from "./live-faults.ts";
import { LiveCoverage } from "./live-coverage.ts";
import { LiveMessages } from "./live-messages.ts";
import { LiveNetwork } from "./live-network.ts";
import { violationIn } from "./live-violations.ts";
import { NodeKeeper } from "./node-keeper.ts";
import { watchRecoveries } from "./live-recoveries.ts";
import { RealTimeline } from "./real-timeline.ts";
import { settle } from "./settle.ts";
import { undone } from "./undone.ts";

/** Options of a run on threads that are not part of its plan. */
export type WorkersOptions = ClusterSource & {
  /** What the state machine promises; "none" when its history need not be judged. Without it that is a doubt. */
  readonly specification?: Specification | "none" | undefined;
  /**
   * Whether the messages between the nodes are counted, by the record of letters, which only the threads of this process
   * keep. Default: false.
   */
  readonly countsMessages?: boolean | undefined;
  /** Called for each event of the cluster, with the time of the run in ms. */
  readonly onEvent?: ((event: ClusterEvent, at: number) => void) | undefined;
};

const WORKERS_OPTIONS: Schema<WorkersOptions> = {
  ...CLUSTER_SOURCE,
  specification: givenSpecificationOrNone,
  countsMessages: flag,
  onEvent: callable(" that gets an event of the cluster, and the time of the run in ms"),
};

/**
 * Runs a plan on real threads in real time: the same clients send the same operations, the same faults happen to the same
 * kinds of nodes, and the same oracle judges the history. At the end all nodes must agree.
 *
 * All faults are possible on threads, and all counts are taken there. Of the moments that a fault may wait for, only some are
 * seen; for others it begins when its patience is over. Real time never repeats, so `hash` covers only the last state.
 *
 * @throws KontikiError when the cluster cannot be started.
 */
export async function runOnWorkers(plan: Plan, options: WorkersOptions = {}): Promise<RunResult> {
  checkArgument("runOnWorkers", "plan", givenPlan, plan);
  checkOptions("runOnWorkers", WORKERS_OPTIONS, options);
  const run = new LiveRun(plan, options);
  const cluster = await run.start();
  try {
    return await run.go(cluster);
  } finally {
    run.close();
    await stopped(cluster);
  }
}

/** Stops a cluster. What it finds in its state machine is a violation already. */
async function stopped(cluster: ClusterUnderTest): Promise<void> {
  try {
    await cluster.stop();
  } catch (error) {
    if (!(error instanceof StateMachineError)) throw error;
  }
}

class LiveRun {
  readonly #plan: Plan;
  readonly #options: WorkersOptions;
  readonly #specification: Specification | undefined;
  /** Whether the history need not be judged. */
  readonly #isUnjudged: boolean;
  readonly #counters = new Counters();
  readonly #coverage = new LiveCoverage(this.#counters);
  readonly #record: ClientRecord;
  readonly #faultMarks = new Marks(() => this.#now);
  readonly #leaderMarks = new LeaderMarks(() => this.#now);
  readonly #recoveries = new Recoveries(() => this.#now);
  /** When each write was called that has not returned. */
  readonly #writes = new Map<number, number>();
  readonly #violations = new Violations(() => this.#now);
  readonly #network = new LiveNetwork();
  #timeline: RealTimeline | undefined;
  #target: ClusterTarget | undefined;
  /** What the scenario asks for and this engine cannot do. */
  #undone: readonly string[] = [];
  #messages: LiveMessages | undefined;

  constructor(plan: Plan, options: WorkersOptions) {
    this.#plan = plan;
    this.#options = options;
    const given =
      options.stateMachine === undefined ? keyValueSpecification : options.specification;
    const specification = given === "none" ? undefined : given;
    this.#isUnjudged = given === "none";
    this.#specification = specification;
    this.#record = new ClientRecord(specification, this.#violations.report);
  }

  /** Until all nodes run, there are no faults, and letters arrive at once. */
  start(): Promise<ClusterUnderTest> {
    return startCluster(this.#plan, this.#options, this.#network.carry, (event) =>
      this.#onEvent(event),
    );
  }

  async go(cluster: ClusterUnderTest): Promise<RunResult> {
    const { scenario } = this.#plan;
    this.#undone = undone(this.#plan, cluster);
    const timeline = (this.#timeline = new RealTimeline());
    if (this.#options.countsMessages === true && cluster.number !== undefined)
      this.#messages = new LiveMessages(cluster.number);
    const network = this.#network.begin(this.#plan, timeline, this.#counters);
    const keeper = new NodeKeeper(cluster, {
      crashing: (node) => this.#recoveries.crashed(node),
      starting: (node) => this.#recoveries.restarted(node),
    });
    watchRecoveries(cluster, this.#recoveries);
    const target = new ClusterTarget({
      cluster,
      keeper,
      timeline,
      network,
      counters: this.#counters,
      chance: new Chance(this.#plan.seed).fork("disks"),
    });
    this.#target = target;
    this.#coverage.watch(cluster);
    this.#leaderMarks.watch(cluster);
    const clients = runClients(this.#plan, cluster, timeline, this);
    const faults = new LiveFaults({
      plan: this.#plan,
      cluster,
      target,
      chance: new Chance(this.#plan.seed).fork("faults"),
      counters: this.#counters,
      report: (happening) => this.#onFault(happening),
    });
    await timeline.until(scenario.durationMs);
    await faults.endAll();
    await keeper.healAll();
    await clients;
    const { digest, doubt } = await settle(cluster, scenario.settleMs, (violation) =>
      this.#violations.report(withTiming(scenario, violation)),
    );
    const unread =
      digest !== undefined && this.#specification === keyValueSpecification
        ? await readAllKeys(this.#plan, cluster, this)
        : undefined;
    this.#countEffects(cluster);
    return this.#result(digest ?? "", doubt ?? unread);
  }

  close(): void {
    this.#messages?.end();
    this.#timeline?.close();
  }

  /** What happened in the threads, and what faults of disks came to there. */
  #countEffects(cluster: ClusterUnderTest): void {
    this.#coverage.addCounts();
    // A disk counts what a repair removed when it is looked at.
    void this.#target?.hasDamage;
    for (const node of cluster.nodeIds)
      for (const [effect, count] of Object.entries(cluster.faults.effects(node)))
        this.#counters.count(effect, count);
  }

  called = (operation: PlannedOperation): void => {
    this.#coverage.called();
    this.#record.called(operation, this.#now);
    if (!operation.read) this.#writes.set(operation.id, this.#now);
  };

  returned = (operation: PlannedOperation, outcome: Outcome<unknown>): void => {
    this.#coverage.returned(outcome);
    this.#record.returned(operation, outcome, this.#now);
    const calledAt = this.#writes.get(operation.id);
    this.#writes.delete(operation.id);
    if (calledAt !== undefined && outcome.type === "ok") this.#recoveries.acknowledged(calledAt);
  };

  get #now(): number {
    return this.#timeline?.now ?? 0;
  }

  #onFault(happening: FaultHappening): void {
    this.#faultMarks.onHappening(happening);
    if (happening.type === "faultBegan") this.#coverage.onFault(happening);
  }

  #onEvent(event: ClusterEvent): void {
    this.#options.onEvent?.(event, this.#now);
    this.#coverage.onEvent(event);
    this.#leaderMarks.onEvent(event);
    const violation = violationIn(event, (node) => this.#target?.isSwapped(node) === true);
    if (violation !== undefined) this.#violations.report(violation);
  }

  #result(hash: string, unsettled: string | undefined): RunResult {
    const { expect } = this.#plan.scenario;
    const marks = [...this.#faultMarks.all, ...this.#leaderMarks.all].toSorted(
      (one, other) => one.from - other.from,
    );
    const history = this.#record.history(() => undefined, marks);
    const coverage = this.#counters.toRecord();
    const { report } = this.#violations;
    const doubts = [
      ...(expect.linearizable ? [this.#judge(history)] : []),
      leavesToCampaign(expect) ? undefined : this.#record.fruitless(() => true),
      unsettled,
      ...this.#undone,
      ...checkExpectations({ atLeast: expect.atLeast, atMost: expect.atMost }, coverage, report),
    ].filter((doubt) => doubt !== undefined);
    return {
      verdict: this.#violations.verdict(doubts),
      violations: this.#violations.all,
      doubts,
      hash,
      events: (coverage["letters.delivered"] ?? 0) + history.operations.length,
      virtualMs: this.#now,
      coverage,
      history,
      recoveries: this.#recoveries.all,
      ...(this.#messages !== undefined && { messages: this.#messages.end() }),
    };
  }

  #judge(history: RunResult["history"]): string | undefined {
    if (this.#isUnjudged) return undefined;
    if (this.#specification === undefined) return NOT_JUDGED;
    return judgeHistory(history, this.#specification.model, this.#violations.report);
  }
}
