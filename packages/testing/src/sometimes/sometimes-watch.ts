import type { NodeId } from "@kontiki/core";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { OpenPoints } from "./open-points.ts";
import { RUN_POINTS, SOMETIMES, STEP_POINTS } from "./registry.ts";
import type { ActorView, RunWatch } from "./run-point.ts";

/** Follows one run and notes which situations it met. */
export class SometimesWatch implements Observer {
  readonly #met = new Set<string>();
  readonly #actors = new Map<NodeId, ActorView>();
  /** Those of one step that are still to be met. */
  readonly #open: OpenPoints;
  readonly #runs: readonly RunWatch[];
  readonly #listening: ReadonlyMap<Happening["type"], readonly RunWatch[]>;
  readonly #onMet: (name: string) => void;

  /** Has met nothing yet. @param onMet is called when a situation is met for the first time. */
  constructor(onMet: (name: string) => void = () => {}) {
    this.#onMet = onMet;
    const meet = (name: string): void => this.#meet(name);
    this.#open = new OpenPoints(meet, STEP_POINTS);
    this.#runs = RUN_POINTS.map(({ watch }) => watch(meet));
    this.#listening = byHappening(this.#runs);
  }

  /** The names of the situations met so far, in the order of the registry. */
  get met(): readonly string[] {
    return SOMETIMES.flatMap(({ name }) => (this.#met.has(name) ? [name] : []));
  }

  /** See {@link Observer}. */
  onStep(step: CoreStep): void {
    const isIdle = findsNothing(step);
    if (isIdle && step.after.role.type !== "leader") return;
    const actor = this.#actors.get(step.node);
    if (actor === undefined) return;
    this.#open.look(actor.env, step);
    if (isIdle) return;
    for (const run of this.#runs) run.onStep(step, actor);
  }

  /** See {@link Observer}. */
  onHappening(happening: Happening): void {
    if (happening.type === "started") this.#actors.set(happening.node, happening.actor);
    const listening = this.#listening.get(happening.type);
    if (listening !== undefined) for (const run of listening) run.onHappening(happening);
  }

  #meet(name: string): void {
    if (this.#met.has(name)) return;
    this.#met.add(name);
    this.#onMet(name);
  }
}

/** Each turn ends with a look for what is to be sent. Most find nothing: a leader may have to wait, all others have nothing. */
function findsNothing({ event, before, after, effects }: CoreStep): boolean {
  return event.type === "replicate" && before === after && effects.length === 0;
}

function byHappening(
  runs: readonly RunWatch[],
): ReadonlyMap<Happening["type"], readonly RunWatch[]> {
  const types = new Set(runs.flatMap(({ hears }) => hears));
  return new Map(
    Array.from(types, (type) => [type, runs.filter(({ hears }) => hears.includes(type))]),
  );
}
