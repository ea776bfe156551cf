import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { Recoveries, type Recovery } from "./recoveries.ts";

/** Follows the crashes of a simulation. A process that starts has read its log at once. */
export class RecoveryWatch implements Observer {
  readonly #now: () => number;
  readonly #recoveries: Recoveries;
  /** When each write was called that has not returned. */
  readonly #writes = new Map<number, number>();

  /** @param now ms of the run. */
  constructor(now: () => number) {
    this.#now = now;
    this.#recoveries = new Recoveries(now);
  }

  get all(): readonly Recovery[] {
    return this.#recoveries.all;
  }

  onStep({ node, event, after }: CoreStep): void {
    if (event.type === "peerDown") this.#recoveries.detected(event.node);
    this.#recoveries.committed(node, after.commit);
  }

  onHappening(happening: Happening): void {
    switch (happening.type) {
      case "ended":
        return this.#recoveries.crashed(happening.node);
      case "started":
        this.#recoveries.restarted(happening.node);
        return this.#recoveries.recovered(happening.node);
      case "called":
        if (happening.proposal !== undefined) this.#writes.set(happening.operation.id, this.#now());
        return;
      case "returned":
        return this.#returned(happening);
      default:
        return;
    }
  }

  #returned({ operation: { id }, outcome }: Happening & { readonly type: "returned" }): void {
    const calledAt = this.#writes.get(id);
    this.#writes.delete(id);
    if (calledAt !== undefined && outcome.type === "ok") this.#recoveries.acknowledged(calledAt);
  }
}
