import { causeOf, Moment, senderOf, type StepPoint, type Trigger } from "../sometimes/point.ts";
import { STEP_POINTS } from "../sometimes/registry.ts";
import type { SteppedNode } from "./noteworthy.ts";

/** Situations that share a guard. */
type Group = { readonly guard: StepPoint["guard"]; readonly points: StepPoint[] };

/**
 * The situations of campaigns that a search has not met yet. One that was met is not looked for again, so a search soon
 * asks only for what is rare.
 */
export class OpenPoints {
  readonly #open: ReadonlyMap<Trigger, readonly Group[]> = byTrigger();
  #met: string[] = [];

  /** Looks for situations in a step. */
  look({ event, before, after, effects }: SteppedNode): void {
    const cause = causeOf(event);
    const groups = this.#open.get(cause.type);
    if (groups === undefined) return;
    const step = { before: before.state, event, after: after.state, effects };
    const moment = new Moment(before.env, step);
    const from = senderOf(event);
    for (const { guard, points } of groups) {
      if (points.length === 0 || guard?.(moment) === false) continue;
      for (const point of points.filter((each) => each.holds(moment, cause, from)))
        this.#close(point);
    }
  }

  /** Takes the names of the situations that were met since this was last called. */
  takeMet(): readonly string[] {
    if (this.#met.length === 0) return this.#met;
    const met = this.#met;
    this.#met = [];
    return met;
  }

  #close(point: StepPoint): void {
    this.#met.push(point.name);
    for (const trigger of point.on)
      for (const { points } of this.#open.get(trigger) ?? []) {
        const at = points.indexOf(point);
        if (at !== -1) points.splice(at, 1);
      }
  }
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
