import type { NodeId } from "@kontiki/core";
import type { CoreStep, Happening, Observer } from "../engine/observer.ts";
import { causeOf, Moment, senderOf, type Guard, type StepPoint, type Trigger } from "./point.ts";
import { RUN_POINTS, SOMETIMES, STEP_POINTS } from "./registry.ts";
import type { ActorView, RunWatch } from "./run-point.ts";

/** Situations that share a guard. */
type Group = { readonly guard: Guard | undefined; readonly points: StepPoint[] };

/**
 * Follows one run and notes which situations it met.
 *
 * A situation that was met is not looked for again, so a run soon asks only for what is rare.
 */
export class SometimesWatch implements Observer {
  readonly #met = new Set<string>();
  readonly #actors = new Map<NodeId, ActorView>();
  /** What is still to be met, by the trigger of the step. */
  readonly #open: ReadonlyMap<Trigger, readonly Group[]>;
  readonly #runs: readonly RunWatch[];
  readonly #listening: ReadonlyMap<Happening["type"], readonly RunWatch[]>;
  readonly #onMet: (name: string) => void;

  /** Has met nothing yet. @param onMet is called when a situation is met for the first time. */
  constructor(onMet: (name: string) => void = () => {}) {
    this.#onMet = onMet;
    this.#open = byTrigger();
    const meet = (name: string): void => this.#meet(name);
    this.#runs = RUN_POINTS.map(({ watch }) => watch(meet));
    this.#listening = byHappening(this.#runs);
  }

  /** The names of the situations met so far, in the order of the registry. */
  get met(): readonly string[] {
    return SOMETIMES.flatMap(({ name }) => (this.#met.has(name) ? [name] : []));
  }

  /** See {@link Observer}. */
  onStep(step: CoreStep): void {
    const actor = this.#actors.get(step.node);
    if (actor === undefined) return;
    const cause = causeOf(step.event);
    const groups = this.#open.get(cause.type);
    if (groups !== undefined) this.#look(groups, cause, new Moment(actor.env, step));
    for (const run of this.#runs) run.onStep(step, actor);
  }

  /** See {@link Observer}. */
  onHappening(happening: Happening): void {
    if (happening.type === "started") this.#actors.set(happening.node, happening.actor);
    const listening = this.#listening.get(happening.type);
    if (listening !== undefined) for (const run of listening) run.onHappening(happening);
  }

  #look(groups: readonly Group[], cause: ReturnType<typeof causeOf>, moment: Moment): void {
    const from = senderOf(moment.event);
    for (const { guard, points } of groups) {
      if (points.length === 0 || guard?.(moment) === false) continue;
      for (let at = points.length - 1; at >= 0; at -= 1) {
        const point = points[at];
        if (point?.holds(moment, cause, from) !== true) continue;
        this.#close(point);
        this.#meet(point.name);
      }
    }
  }

  /** Looks for a situation no more. */
  #close(point: StepPoint): void {
    for (const trigger of point.on)
      for (const { points } of this.#open.get(trigger) ?? []) {
        const at = points.indexOf(point);
        if (at !== -1) points.splice(at, 1);
      }
  }

  #meet(name: string): void {
    if (this.#met.has(name)) return;
    this.#met.add(name);
    this.#onMet(name);
  }
}

function byHappening(
  runs: readonly RunWatch[],
): ReadonlyMap<Happening["type"], readonly RunWatch[]> {
  const types = new Set(runs.flatMap(({ hears }) => hears));
  return new Map(
    Array.from(types, (type) => [type, runs.filter(({ hears }) => hears.includes(type))]),
  );
}

function byTrigger(): ReadonlyMap<Trigger, readonly Group[]> {
  const open = new Map<Trigger, Group[]>();
  for (const point of STEP_POINTS)
    for (const trigger of point.on) {
      const groups = open.get(trigger) ?? [];
      open.set(trigger, groups);
      const known = groups.find(({ guard }) => guard === point.guard);
      if (known === undefined) groups.push({ guard: point.guard, points: [point] });
      else known.points.push(point);
    }
  return open;
}
