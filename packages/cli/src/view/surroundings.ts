import type { Simulation } from "@kontiki/testing";
import type { NodeChange } from "./recording.ts";

/** What faults do to nodes and links, as far as no event of a node shows it. */
type Seen = {
  /** Pairs that are cut off; undefined when they are the same as before. */
  readonly cuts: readonly string[] | undefined;
  /** Nodes that were paused, or continue. */
  readonly lives: Readonly<Record<string, NodeChange>>;
};

const NOTHING: Seen = { cuts: undefined, lives: {} };

/**
 * Looks at a simulation's links and pauses around the events of faults: at the event, and again at the next one, because
 * a fault is reported before or after it takes effect.
 */
export class Surroundings {
  readonly #simulation: Simulation;
  #looks = 0;
  #cuts = "";
  #paused: ReadonlySet<string> = new Set();

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** A fault has begun or ended. */
  changed(): void {
    this.#looks = 2;
  }

  look(): Seen {
    if (this.#looks === 0) return NOTHING;
    this.#looks -= 1;
    return { cuts: this.#newCuts(), lives: this.#newLives() };
  }

  #newCuts(): readonly string[] | undefined {
    const { nodes, network } = this.#simulation.world;
    const cuts = nodes.flatMap((from) =>
      nodes
        .filter((to) => to !== from && network.cutBetween(from, to) !== undefined)
        .map((to) => `${from}>${to}`),
    );
    if (cuts.join() === this.#cuts) return undefined;
    this.#cuts = cuts.join();
    return cuts;
  }

  #newLives(): Seen["lives"] {
    const { all } = this.#simulation.world;
    const paused = new Set(all.filter(({ isPaused }) => isPaused).map(({ id }) => id as string));
    const lives: Record<string, NodeChange> = {};
    for (const { id, process } of all) {
      if (paused.has(id) === this.#paused.has(id) || process === undefined) continue;
      lives[id] = { life: paused.has(id) ? "paused" : "up" };
    }
    this.#paused = paused;
    return lives;
  }
}
