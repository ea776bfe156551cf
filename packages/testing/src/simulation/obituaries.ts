import type { Router } from "@kontiki/actors/node";
import type { NodeId, Term } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { WorldParts } from "./world-parts.ts";

/** How long after the end of a process its peers get the obituary, in ms, unless the scenario says otherwise: as mail. */
const OBITUARY_MS = 1;

/** Reports the ends of processes, as a supervisor does. */
export class Obituaries {
  readonly #parts: WorldParts;
  readonly #router: Router<NodeId>;
  readonly #chance: Chance;

  constructor(parts: WorldParts, router: Router<NodeId>) {
    this.#parts = parts;
    this.#router = router;
    this.#chance = parts.chance.fork("obituaries");
  }

  /**
   * The other nodes, and clients if they learn of it at all, get the obituary, each after a time of its own.
   *
   * @param about the term of a node whose process goes on.
   */
  send(id: NodeId, incarnation: number, about?: { readonly stage: Term }): void {
    const { timeline, plan, onDeath } = this.#parts;
    const { obituaryMs } = plan.scenario.cluster;
    if (obituaryMs === undefined) {
      timeline.after(OBITUARY_MS, () => this.#router.bury(id, incarnation, about));
      return;
    }
    const late = (): number => this.#chance.between(...obituaryMs);
    timeline.after(late(), () => this.#router.bury(id, incarnation, about));
    timeline.after(late(), () => onDeath(id));
  }
}
