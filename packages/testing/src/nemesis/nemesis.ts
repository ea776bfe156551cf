import type { Chance } from "../chance.ts";
import type { Counters } from "../run/counters.ts";
import type { PlannedFault } from "../plan/plan.ts";
import type { FaultAction } from "../scenario/fault.ts";
import { FAULTS, isTypeIn, type FaultGroup, type TypeIn } from "../scenario/faults/table.ts";
import type { ClusterSettings } from "../scenario/scenario.ts";
import type { FaultTarget } from "../engine/fault-target.ts";
import type { Happening } from "../engine/observer.ts";
import { FaultAtlas } from "./atlas.ts";
import { beginClockFault } from "./clock-faults.ts";
import { beginDiskFault } from "./disk-faults.ts";
import { HeldNodes } from "./held-nodes.ts";
import { beginMembershipFault } from "./membership-faults.ts";
import { beginNetworkFault } from "./network-faults.ts";
import { beginProcessFault } from "./process-faults.ts";
import { nothing, type Begun, type Skipped, type Stage } from "./stage.ts";

/** What a nemesis reports of its faults. */
export type FaultHappening = Happening & {
  readonly type: "faultBegan" | "faultEnded" | "faultSkipped";
};

/** What a nemesis needs. */
export type NemesisParts = {
  readonly target: FaultTarget;
  readonly cluster: ClusterSettings;
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
  readonly #inForce = new Set<() => void>();

  constructor(parts: NemesisParts) {
    this.#parts = parts;
    this.#atlas = new FaultAtlas(parts.target, parts.cluster);
    this.#heldNodes = new HeldNodes(parts.target);
  }

  /** Begins a fault now. It ends by itself when its time is over. Returns a function that ends it earlier. */
  perform(fault: PlannedFault): () => void {
    const { target } = this.#parts;
    const life = new FaultLife(fault, this.#parts);
    const end = (): void => {
      life.end();
      this.#inForce.delete(end);
    };
    this.#inForce.add(end);
    life.begin(this.#stageOf(fault, life, end));
    if (life.isOver) this.#inForce.delete(end);
    else if (fault.for !== undefined && FAULTS[fault.type].lasts)
      target.timeline.after(fault.for, end);
    return end;
  }

  /** Ends all faults that are in force, in the order in which they began. */
  endAll(): void {
    for (const end of this.#inForce) end();
  }

  #stageOf(fault: PlannedFault, life: FaultLife, over: () => void): Stage {
    const { target, cluster, counters, chance } = this.#parts;
    return {
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
  #state: "beginning" | "in force" | "over" = "beginning";
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
    const begun = begin(stage, this.#fault);
    if ("skipped" in begun) {
      this.#state = "over";
      this.#parts.counters.count(`skipped.${this.#fault.type}`);
      this.#parts.report({ type: "faultSkipped", fault: this.#fault, reason: begun.skipped });
      return;
    }
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
    if (this.#state === "beginning") this.#mustEnd = true;
    if (this.#state !== "in force") return;
    this.#state = "over";
    this.#onEnd();
    this.#parts.counters.count(`ended.${this.#fault.type}`);
    this.#parts.report({ type: "faultEnded", fault: this.#fault });
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
