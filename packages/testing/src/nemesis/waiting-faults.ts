import type { NodeId } from "@kontiki/core";
import type { CoreStep } from "../engine/observer.ts";
import type { Timeline } from "../engine/timeline.ts";
import { momentFacts, type FaultMoment } from "../scenario/faults/moments.ts";
import { subjectOf } from "./subject-of.ts";

type Waiting = {
  readonly moment: FaultMoment;
  /** How long after the moment it begins, in ms. */
  readonly lateMs: number;
  /** Begins the fault. `subject`: the node that the moment is about; undefined if the moment did not come. */
  readonly begin: (subject: NodeId | undefined) => void;
};

/** Faults that wait for a moment. */
export class WaitingFaults {
  readonly #timeline: Timeline;
  readonly #waiting = new Set<Waiting>();

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** Lets a fault wait. */
  add(waiting: Waiting): void {
    this.#waiting.add(waiting);
    this.#timeline.after(momentFacts(waiting.moment).patienceMs, () => {
      if (this.#waiting.delete(waiting)) waiting.begin(undefined);
    });
  }

  /** Looks at a step of a core. Faults begin after the event that it belongs to, never within it. */
  onStep(step: CoreStep): void {
    if (this.#waiting.size === 0) return;
    for (const waiting of this.#waiting) {
      const subject = subjectOf(waiting.moment, step);
      if (subject !== undefined) this.#begin(waiting, subject);
    }
  }

  /** A moment has come, and is about this node. */
  onMoment(moment: FaultMoment, subject: NodeId): void {
    for (const waiting of this.#waiting)
      if (waiting.moment === moment) this.#begin(waiting, subject);
  }

  #begin(waiting: Waiting, subject: NodeId): void {
    this.#waiting.delete(waiting);
    this.#timeline.after(waiting.lateMs, () => waiting.begin(subject));
  }
}
