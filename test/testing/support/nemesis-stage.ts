import { Chance } from "../../../packages/testing/src/chance.ts";
import { Nemesis } from "../../../packages/testing/src/nemesis/nemesis.ts";
import type { FaultAction, FaultMoment } from "../../../packages/testing/src/scenario/fault.ts";
import { FakeTarget } from "./fake-target.ts";
import { CLUSTER } from "./scenarios.ts";

/** A nemesis and a fake cluster that it strikes. Its reports and its actions are recorded together, in order. */
export class NemesisStage {
  readonly target: FakeTarget;
  readonly nemesis: Nemesis;
  #id = 0;

  constructor(nodes: number, seed = 1) {
    this.target = new FakeTarget(nodes);
    const { target } = this;
    this.nemesis = new Nemesis({
      target,
      cluster: CLUSTER,
      chance: new Chance(seed),
      counters: target.counters,
      report: (happening) => {
        const what =
          happening.type === "faultBegan"
            ? `began: ${happening.nodes.join(" ")}`
            : happening.type === "faultEnded"
              ? "ended"
              : `skipped: ${happening.reason}`;
        target.done.push(`${target.timeline.now} ${happening.fault.type} ${what}`);
      },
    });
  }

  /** Begins a fault, or lets it wait for a moment. */
  perform(action: FaultAction, forMs?: number, when?: FaultMoment): () => void {
    this.#id += 1;
    const now = this.target.timeline.now;
    const fault = { ...action, at: now, id: this.#id, ...(when !== undefined && { when }) };
    return this.nemesis.perform(forMs === undefined ? fault : { ...fault, for: forMs });
  }

  /** Begins a fault, lets time pass, and returns what was recorded. */
  story(action: FaultAction, forMs: number | undefined, ms: number): string[] {
    this.perform(action, forMs);
    this.target.timeline.advance(ms);
    return this.target.take();
  }
}
