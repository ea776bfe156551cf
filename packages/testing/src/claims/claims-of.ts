import { nodeId } from "@kontiki/core";
import { KeyValue, quorumBeats, type MakeStateMachine } from "@kontiki/actors/node";
import { Counters } from "../run/counters.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunResult } from "../run/result.ts";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { AppliedClaims } from "./applied-claims.ts";
import { ClientClaims } from "./client-claims.ts";
import { ClientRecord } from "./client-record.ts";
import { Coverage } from "./coverage.ts";
import { ElectableClaims } from "./electable-claims.ts";
import { checkExpectations, leavesToCampaign } from "./expectations.ts";
import { judgeHistory, NOT_JUDGED } from "./judge-history.ts";
import { LeadClaims } from "./lead-claims.ts";
import { LivenessClaims } from "./liveness-claims.ts";
import { Marks } from "./marks.ts";
import { ObituaryClaims } from "./obituary-claims.ts";
import { ReplayClaims } from "./replay-claims.ts";
import type { Report } from "./report.ts";
import { RoundClaims } from "./round-claims.ts";
import { Safety } from "./safety.ts";
import { sessionLimits } from "../scenario/session-limits.ts";
import { SessionClaims } from "./session-claims.ts";
import { SharedState } from "./shared-state.ts";
import { withTiming } from "./slow-broadcast.ts";
import { StaleClaims } from "./stale-claims.ts";
import { TimerClaims } from "./timer-claims.ts";
import { keyValueSpecification, type Specification } from "../check/models/specification.ts";

/** What the checks of a simulated run need in addition to its plan. */
export type ClaimsOptions = {
  /** Ms of the run. */
  readonly now: () => number;
  /** The counters of the run, which already have the counts of the faults. */
  readonly counters?: Counters;
  /** Makes the state machine of the nodes. Default: the key-value machine. */
  readonly machine?: MakeStateMachine;
  /** What that machine promises; undefined when it has no model, "none" when its history need not be judged. */
  readonly specification?: Specification | "none" | undefined;
};

/** The findings at the end of a run, other than violations. */
export type Findings = Pick<RunResult, "doubts" | "coverage" | "history">;

/** All checks of one run. */
export interface Claims extends Observer {
  /** Runs the final checks, which may report violations too. Call it once, after the last event. */
  finish(): Findings;
}

/** All checks of a run of this plan. They pass violations to `report`, when they happen or at the end. */
export function claimsOf(plan: Plan, options: ClaimsOptions): (report: Report) => Claims {
  return (report) => new AllClaims(plan, options, report);
}

class AllClaims implements Claims {
  readonly #plan: Plan;
  readonly #report: Report;
  readonly #now: () => number;
  readonly #counters: Counters;
  readonly #specification: Specification | undefined;
  /** Whether the history need not be judged. */
  readonly #isUnjudged: boolean;
  readonly #safety: Safety;
  readonly #applied: AppliedClaims;
  readonly #replay: ReplayClaims;
  readonly #sessions: SessionClaims;
  readonly #timers: TimerClaims;
  readonly #leads: LeadClaims;
  readonly #rounds: RoundClaims;
  readonly #obituaries: ObituaryClaims;
  readonly #electable: ElectableClaims;
  readonly #shared: SharedState;
  readonly #clients: ClientClaims;
  readonly #stale: StaleClaims;
  readonly #record: ClientRecord;
  readonly #liveness: LivenessClaims;
  readonly #coverage: Coverage;
  readonly #marks: Marks;
  /** States that were restored before the `started` event of their node. */
  readonly #early = new Map<string, unknown>();

  /** Whether there was a violation. It may have ended the run early, and then the run shows nothing about liveness. */
  #isViolated = false;

  constructor(plan: Plan, options: ClaimsOptions, to: Report) {
    const { now, counters = new Counters(), machine = () => new KeyValue() } = options;
    this.#shared = new SharedState(machine as MakeStateMachine, to);
    const report: Report = (violation) => {
      // The cause comes before what follows from it.
      if (!this.#isViolated) this.#shared.check();
      this.#isViolated = true;
      to(withTiming(plan.scenario, violation));
    };
    this.#plan = plan;
    this.#report = report;
    this.#now = now;
    this.#counters = counters;
    const given = "specification" in options ? options.specification : keyValueSpecification;
    this.#isUnjudged = given === "none";
    this.#specification = given === "none" ? undefined : given;
    const voters = Array.from({ length: plan.nodes }, (_none, at) => nodeId(`n${at + 1}`));
    this.#safety = new Safety(voters, report);
    const { committed, servers } = this.#safety;
    this.#applied = new AppliedClaims(committed, report);
    this.#replay = new ReplayClaims(machine as MakeStateMachine, this.#applied, report);
    const { cluster } = plan.scenario;
    const ending = sessionLimits(cluster);
    this.#sessions = new SessionClaims(machine as MakeStateMachine, ending, committed, report);
    const { electionTimeoutMs, heartbeatMs, maxInflight } = cluster;
    const limits = { quorumBeats: quorumBeats(electionTimeoutMs, heartbeatMs), maxInflight };
    this.#timers = new TimerClaims(cluster, now, report);
    this.#leads = new LeadClaims(voters, limits, servers, report);
    this.#rounds = new RoundClaims(voters, cluster, now, report);
    this.#obituaries = new ObituaryClaims(voters, servers, report);
    this.#electable = new ElectableClaims(voters, servers, report);
    this.#clients = new ClientClaims(this.#applied, report);
    this.#stale = new StaleClaims(machine as MakeStateMachine, this.#applied, report);
    this.#record = new ClientRecord(this.#specification, (violation) => this.#onModel(violation));
    const [applied, record] = [this.#applied, this.#record];
    this.#liveness = new LivenessClaims({
      servers,
      committed,
      applied,
      record,
      report,
      isViolated: () => this.#isViolated,
    });
    this.#coverage = new Coverage(counters);
    this.#marks = new Marks(now);
  }

  onStep(step: CoreStep): void {
    this.#sessions.stepped(step.node);
    this.#timers.onStep(step);
    this.#safety.onStep(step);
    this.#leads.onStep(step);
    this.#rounds.onStep(step);
    this.#obituaries.onStep(step);
    this.#electable.onStep(step);
    this.#coverage.onStep(step);
    this.#marks.onStep(step);
  }

  onHappening(happening: Happening): void {
    this.#timers.onHappening(happening);
    this.#rounds.onHappening(happening);
    this.#safety.onHappening(happening);
    this.#coverage.onHappening(happening);
    this.#marks.onHappening(happening);
    switch (happening.type) {
      case "applied":
        return this.#applied.applied(happening);
      case "restored":
        return this.#restored(happening.node, happening.state);
      case "misbehaved":
        return this.#report({
          check: happening.check ?? "state machine",
          text: `${happening.node}: ${happening.what}`,
        });
      case "started":
        this.#begun(happening);
        break;
      case "healed":
        this.#electable.healed();
        break;
      case "called":
        this.#clients.called(happening);
        return this.#record.called(happening.operation, this.#now());
      case "returned":
        this.#clients.returned(happening);
        this.#stale.returned(happening);
        return this.#record.returned(happening.operation, happening.outcome, this.#now());
      default:
        break;
    }
    this.#liveness.onHappening(happening);
  }

  finish(): Findings {
    const { expect } = this.#plan.scenario;
    const { committed } = this.#safety;
    this.#clients.finish();
    this.#stale.finish();
    this.#shared.check();
    this.#counters.count("commits", committed.lastIndex);
    this.#counters.count("repeats", this.#applied.repeats);
    this.#counters.count("throws", this.#applied.threw.unexpected);
    this.#counters.count("refusals", this.#applied.threw.onPurpose);
    this.#counters.count("membership.committed", committed.changes);
    const orderOf = this.#clients.orderOf.bind(this.#clients);
    const history = this.#record.history(orderOf, this.#marks.all);
    const coverage = this.#counters.toRecord();
    const drawn = new Set(this.#plan.operations.map(({ id }) => id));
    const doubts = [
      this.#isViolated ? undefined : this.#liveness.finish(),
      expect.linearizable ? this.#judge(history) : undefined,
      leavesToCampaign(expect) ? undefined : this.#record.fruitless(({ id }) => drawn.has(id)),
      ...checkExpectations(expect, coverage, this.#report),
    ].filter((doubt) => doubt !== undefined);
    return { doubts, coverage, history };
  }

  #judge(history: Findings["history"]): string | undefined {
    if (this.#isUnjudged) return undefined;
    if (this.#specification === undefined) return NOT_JUDGED;
    return judgeHistory(history, this.#specification.model, this.#report);
  }

  /** An error of the model concerns only the judging of the history. */
  #onModel(violation: Parameters<Report>[0]): void {
    if (this.#plan.scenario.expect.linearizable) this.#report(violation);
  }

  /** A node restores a snapshot before it has started, or in a step that installs it. */
  #restored(node: string, state: unknown): void {
    const server = this.#safety.servers.get(node);
    if (server === undefined) {
      this.#early.set(node, state);
      return;
    }
    const index = server.disk.snapshot?.index ?? 0;
    this.#sessions.restored(server.node);
    this.#applied.restored(node, index);
    this.#replay.restored(node, index, state);
  }

  #begun({ node, recovered, actor }: Happening & { readonly type: "started" }): void {
    const index = recovered.snapshot?.index ?? 0;
    this.#applied.restored(node, index);
    if (this.#early.has(node)) this.#replay.restored(node, index, this.#early.get(node));
    this.#early.delete(node);
    this.#sessions.started(node, actor, recovered.snapshot !== undefined);
  }
}
