import type { NodeId } from "@kontiki/core";
import type { Chance } from "../chance.ts";
import type { CoreStep } from "../engine/observer.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { Range } from "../scenario/faults/kind.ts";

/** How long after an election the news of it arrives, in ms, unless the scenario has a time for obituaries. */
const NEWS_MS: Range = [1, 1];

/** What the news of elections needs. */
export type NewsParts = {
  readonly timeline: Timeline;
  readonly chance: Chance;
  /** How long after an event the supervisor's report of it arrives, in ms; undefined for the usual time. */
  readonly delayMs: Range | undefined;
  /** Gets the node that was elected. */
  readonly tell: (leader: NodeId) => void;
};

/** Reports each new leader, as a supervisor does to the clients of its program: late, so that it may lead no more. */
export class LeaderNews {
  readonly #parts: NewsParts;

  constructor(parts: NewsParts) {
    this.#parts = parts;
  }

  onStep({ node, before, after }: CoreStep): void {
    if (after.role.type !== "leader") return;
    if (before.role.type === "leader" && before.term === after.term) return;
    const { timeline, chance, delayMs = NEWS_MS, tell } = this.#parts;
    timeline.after(chance.between(...delayMs), () => tell(node));
  }
}
