import type { Env } from "@kontiki/core";
import { causeOf, Moment, senderOf, type Guard, type StepPoint, type Trigger } from "./point.ts";

/** Situations that share a guard. */
type Group = { readonly guard: Guard | undefined; readonly points: StepPoint[] };

/** A step of a core, without the data that its rules may look at. */
type Step = Pick<Moment, "before" | "event" | "after" | "effects">;

/**
 * The situations of one step that have not been met yet. One that was met is not looked for again, so a run or a search
 * soon asks only for what is rare.
 */
export class OpenPoints {
  readonly #open: ReadonlyMap<Trigger, readonly Group[]>;
  readonly #onMet: (name: string) => void;

  /** @param onMet is called with the name of each situation, once. */
  constructor(onMet: (name: string) => void, points: readonly StepPoint[]) {
    this.#onMet = onMet;
    this.#open = byTrigger(points);
  }

  /** Looks for situations in a step. */
  look(env: Env<unknown>, step: Step): void {
    const cause = causeOf(step.event);
    const groups = this.#open.get(cause.type);
    if (groups === undefined) return;
    const moment = new Moment(env, step);
    const from = senderOf(step.event);
    for (const { guard, points } of groups) {
      if (points.length === 0 || guard?.(moment) === false) continue;
      for (let at = points.length - 1; at >= 0; at -= 1) {
        const point = points[at];
        if (point?.holds(moment, cause, from) !== true) continue;
        this.#close(point);
        this.#onMet(point.name);
      }
    }
  }

  #close(point: StepPoint): void {
    for (const trigger of point.on)
      for (const { points } of this.#open.get(trigger) ?? []) {
        const at = points.indexOf(point);
        if (at !== -1) points.splice(at, 1);
      }
  }
}

function byTrigger(points: readonly StepPoint[]): ReadonlyMap<Trigger, readonly Group[]> {
  const open = new Map<Trigger, Group[]>();
  for (const point of points)
    for (const trigger of point.on) {
      const groups = open.get(trigger) ?? [];
      open.set(trigger, groups);
      const known = groups.find(({ guard }) => guard === point.guard);
      if (known === undefined) groups.push({ guard: point.guard, points: [point] });
      else known.points.push(point);
    }
  return open;
}
