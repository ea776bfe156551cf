import type { NodeId } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { PlannedFault } from "../plan/plan.ts";
import type { FaultAction, FaultMoment } from "../scenario/fault.ts";
import { FAULTS, isTypeIn, type FaultGroup, type TypeIn } from "../scenario/faults/table.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import type { CoreStep, Happening } from "../engine/observer.ts";
import { FaultAtlas } from "./atlas.ts";
import { beginClockFault } from "./clock-faults.ts";
import { beginDiskFault } from "./disk-faults.ts";
import { HeldNodes } from "./held-nodes.ts";
import { beginMembershipFault } from "./membership-faults.ts";
import { beginNetworkFault } from "./network-faults.ts";
import { beginProcessFault } from "./process-faults.ts";
import { nothing, type Begun, type Skipped, type Stage } from "./stage.ts";
import { WaitingFaults } from "./waiting-faults.ts";

/** The most time between a moment and a fault that waited for it, in ms. */
const LATE_MS = 20;

/** What a nemesis reports of its faults. */
export type FaultHappening = Happening & {
  readonly type: "faultBegan" | "faultEnded" | "faultSkipped";
};

/** What a nemesis needs. */
export type NemesisParts = {
  readonly target: FaultTarget;
  readonly cluster: Pick<ClusterSettings, "leases">;
  /** Forked by the number of each fault, so that removing one fault changes nothing for the others. */
  readonly chance: Chance;
  /** Counts each kind: `began.<type>`, `ended.<type>`, `skipped.<type>`. */
  readonly counters: Counters;
  readonly report: (happening: FaultHappening) => void;
};

/**
 * Carries out faults on a running cluster; the name is Jepsen's. A fault chooses its nodes when it begins. It is skipped if
 * the atlas forbids it at that moment, or if there is no node for it.
 */
export class Nemesis {
  readonly #parts: NemesisParts;
  readonly #atlas: FaultAtlas;
  readonly #heldNodes: HeldNodes;
  readonly #waiting: WaitingFaults;
  readonly #inForce = new Set<() => void>();

  constructor(parts: NemesisParts) {
    this.#parts = parts;
    this.#atlas = new FaultAtlas(parts.target, parts.cluster);
    this.#heldNodes = new HeldNodes(parts.target);
    this.#waiting = new WaitingFaults(parts.target.timeline);
  }

  /** Which faults the cluster can survive now. */
  get atlas(): FaultAtlas {
    return this.#atlas;
  }

  /**
   * Begins a fault now, or at the moment that it waits for. It ends by itself when its time is over. Returns a function that
   * ends it earlier.
   */
  perform(fault: PlannedFault): () => void {
    const life = new FaultLife(fault, this.#parts);
    const end = (): void => {
      life.end();
      this.#inForce.delete(end);
    };
    this.#inForce.add(end);
    const { when: moment } = fault;
    if (moment === undefined) this.#begin(fault, life, end, undefined);
    else
      this.#waiting.add({
        moment,
        lateMs: this.#latenessOf(fault),
        begin: (subject) => this.#begin(fault, life, end, subject),
      });
    return end;
  }

  /** Faults that wait look at each step of each core. */
  onStep(step: CoreStep): void {
    this.#waiting.onStep(step);
  }

  /** A moment has come that was seen otherwise than in a step, and is about this node. */
  onMoment(moment: FaultMoment, subject: NodeId): void {
    this.#waiting.onMoment(moment, subject);
  }

  /** Ends all faults that are in force, in the order in which they began. */
  endAll(): void {
    for (const end of this.#inForce) end();
  }

  #begin(fault: PlannedFault, life: FaultLife, end: () => void, subject: NodeId | undefined): void {
    if (life.isOver) return;
    life.begin(this.#stageOf(fault, life, end, subject));
    if (life.isOver) this.#inForce.delete(end);
    else if (fault.for !== undefined && FAULTS[fault.type].lasts)
      this.#parts.target.timeline.after(fault.for, end);
  }

  /** Half of the faults begin right after the event of their moment, the others soon afterwards. */
  #latenessOf({ id }: PlannedFault): number {
    const chance = this.#parts.chance.fork(`moment ${id}`);
    return chance.happens(1 / 2) ? 0 : chance.between(1, LATE_MS);
  }

  #stageOf(
    fault: PlannedFault,
    life: FaultLife,
    over: () => void,
    subject: NodeId | undefined,
  ): Stage {
    const { target, cluster, counters, chance } = this.#parts;
    return {
      subject,
      target,
      cluster,
      counters,
      atlas: this.#atlas,
      heldNodes: this.#heldNodes,
      chance: chance.fork(`fault ${fault.id}`),
      forMs: fault.for,
      after: (ms, callback) => {
        target.timeline.after(ms, () => {
          if (!life.isOver) callback();
        });
      },
      announce: (nodes) => life.announce(nodes),
      over,
    };
  }
}

/** One fault from its beginning to its end, and the reports about it. */
class FaultLife {
  readonly #fault: PlannedFault;
  readonly #parts: NemesisParts;
  #state: "waiting" | "beginning" | "in force" | "over" = "waiting";
  #isAnnounced = false;
  #mustEnd = false;
  #onEnd = nothing;

  constructor(fault: PlannedFault, parts: NemesisParts) {
    this.#fault = fault;
    this.#parts = parts;
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  begin(stage: Stage): void {
    this.#state = "beginning";
    const begun = begin(stage, this.#fault);
    if ("skipped" in begun) return this.#skip(begun.skipped);
    this.announce(begun.nodes);
    this.#state = "in force";
    this.#onEnd = begun.end;
    if (this.#mustEnd) this.end();
  }

  announce(nodes: readonly string[]): void {
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#parts.counters.count(`began.${this.#fault.type}`);
    this.#parts.report({ type: "faultBegan", fault: this.#fault, nodes });
  }

  /** A fault that is over before it has fully begun ends as soon as it has. */
  end(): void {
    if (this.#state === "waiting") return this.#skip("its moment did not come");
    if (this.#state === "beginning") this.#mustEnd = true;
    if (this.#state !== "in force") return;
    this.#state = "over";
    this.#onEnd();
    this.#parts.counters.count(`ended.${this.#fault.type}`);
    this.#parts.report({ type: "faultEnded", fault: this.#fault });
  }

  #skip(reason: string): void {
    this.#state = "over";
    this.#parts.counters.count(`skipped.${this.#fault.type}`);
    this.#parts.report({ type: "faultSkipped", fault: this.#fault, reason });
  }
}

function begin(stage: Stage, fault: FaultAction): Begun | Skipped {
  if (isOf("network", fault)) return beginNetworkFault(stage, fault);
  if (isOf("disk", fault)) return beginDiskFault(stage, fault);
  if (isOf("process", fault)) return beginProcessFault(stage, fault);
  if (isOf("clock", fault)) return beginClockFault(stage, fault);
  return beginMembershipFault(stage, fault);
}

/** Whether a fault is one of a group. */
function isOf<Group extends FaultGroup>(
  group: Group,
  fault: FaultAction,
): fault is Extract<FaultAction, { readonly type: TypeIn<Group> }> {
  return isTypeIn(group, fault.type);
}
