import { KontikiError, type ClusterEvent, type NodeStatus } from "@kontiki/actors";
import type { Chance } from "../chance.ts";
import { Nemesis, type FaultHappening } from "../nemesis/nemesis.ts";
import type { Counters } from "../run/counters.ts";
import type { Plan, PlannedFault } from "../plan/plan.ts";
import type { ClusterTarget } from "./cluster-target.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";
import { isMembershipChange, Operator, type MembershipChange } from "./operator.ts";

/** What the faults of a run on threads work with. */
export type LiveFaultsParts = {
  readonly plan: Plan;
  readonly cluster: ClusterUnderTest;
  readonly target: ClusterTarget;
  readonly chance: Chance;
  readonly counters: Counters;
  readonly report: (happening: FaultHappening) => void;
};

/** Carries out the faults of a plan on a cluster of threads, each at its time */
export class LiveFaults {
  readonly #parts: LiveFaultsParts;
  readonly #nemesis: Nemesis;
  readonly #operator: Operator;
  readonly #over = new AbortController();
  readonly #changes: Promise<void>[] = [];

  constructor(parts: LiveFaultsParts) {
    const { plan, cluster, target, chance, counters, report } = parts;
    this.#parts = parts;
    const { cluster: settings } = plan.scenario;
    this.#nemesis = new Nemesis({ target, cluster: settings, chance, counters, report });
    this.#operator = new Operator({
      cluster,
      target,
      atlas: this.#nemesis.atlas,
      signal: this.#over.signal,
    });
    cluster.events.on("event", (event) => this.#onEvent(event));
    cluster.events.on("status", (status) => this.#onStatus(status));
    for (const fault of plan.faults) {
      target.timeline.after(fault.at, () => this.#begin(fault));
    }
  }

  /** Ends all faults in force, and begins no more. Resolves when no membership change is in progress. */
  async endAll(): Promise<void> {
    this.#over.abort(new KontikiError("the faults are over"));
    this.#nemesis.endAll();
    await Promise.all(this.#changes);
  }

  /** The moments that a cluster reports. */
  #onEvent(event: ClusterEvent): void {
    if (event.type === "leader") this.#nemesis.onMoment("elected", event.node);
    if (event.type === "membership" && !event.committed)
      this.#nemesis.onMoment("changes", event.node);
  }

  #onStatus({ id, raft }: NodeStatus): void {
    if (raft?.role === "candidate") this.#nemesis.onMoment("stands", id);
    if (raft?.repairing === true) this.#nemesis.onMoment("repairs", id);
  }

  #begin(fault: PlannedFault): void {
    if (this.#over.signal.aborted) return;
    const { cluster, counters, report } = this.#parts;
    const reason = cluster.whyNot?.(fault.type);
    if (reason !== undefined) {
      counters.count(`skipped.${fault.type}`);
      return report({ type: "faultSkipped", fault, reason });
    }
    if (isMembershipChange(fault)) this.#changes.push(this.#change(fault));
    else this.#nemesis.perform(fault);
  }

  async #change(change: PlannedFault & MembershipChange): Promise<void> {
    const { counters, report, chance } = this.#parts;
    counters.count(`began.${change.type}`);
    report({ type: "faultBegan", fault: change, nodes: [] });
    try {
      await this.#operator.perform(change, chance.fork(`fault ${change.id}`));
      counters.count("change.done");
    } catch (error) {
      if (!(error instanceof KontikiError)) throw error;
      counters.count("change.refused");
    }
    counters.count(`ended.${change.type}`);
    report({ type: "faultEnded", fault: change });
  }
}
