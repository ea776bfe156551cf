import type { Env } from "@kontiki/core";
import { causeOf, Moment, senderOf, type Guard, type StepPoint, type Trigger } from "./point.ts";

/** Situations of one trigger that share a guard. */
type Group = { readonly guard: Guard | undefined; readonly points: StepPoint[] };

/** A step of a core, without the data that its rules may look at. */
type Step = Pick<Moment, "before" | "event" | "after" | "effects">;

/**
 * The situations of one step that have not been met yet. One that was met is not looked for again, so a run or a search
 * soon asks only for what is rare.
 */
export class OpenPoints {
  readonly #open: Map<Trigger, Group[]>;
  readonly #onMet: (name: string) => void;

  /** @param onMet is called with the name of each situation, once. */
  constructor(onMet: (name: string) => void, points: readonly StepPoint[]) {
    this.#onMet = onMet;
    this.#open = byTrigger(points);
  }

  /** Looks for situations in a step. It runs for every step of every run, so it makes nothing that it need not make. */
  look(env: Env<unknown>, step: Step): void {
    if (step.event.type === "durable" && !isAboutLeader(step)) return;
    const cause = causeOf(step.event);
    const groups = this.#open.get(cause.type);
    if (groups === undefined) return;
    const moment = new Moment(env, step);
    const from = senderOf(step.event);
    for (let place = groups.length - 1; place >= 0; place -= 1) {
      const group = groups[place];
      if (group === undefined || group.guard?.(moment) === false) continue;
      const { points } = group;
      for (let at = points.length - 1; at >= 0; at -= 1) {
        const point = points[at];
        if (point?.holds(moment, cause, from) !== true) continue;
        this.#close(point);
        this.#onMet(point.name);
      }
    }
  }

  /** Later groups of a step may be gone by then, those before the present one stay where they are. */
  #close(point: StepPoint): void {
    for (const trigger of point.on) {
      const groups = this.#open.get(trigger) ?? [];
      const group = groups.find(({ guard }) => guard === point.guard);
      const at = group?.points.indexOf(point) ?? -1;
      if (group === undefined || at === -1) continue;
      group.points.splice(at, 1);
      if (group.points.length === 0) groups.splice(groups.indexOf(group), 1);
      if (groups.length === 0) this.#open.delete(trigger);
    }
  }
}

/** Every second write or so is that of a follower, and what is durable there decides nothing. */
function isAboutLeader({ before, after }: Step): boolean {
  return before.role.type === "leader" || after.role.type === "leader";
}

function byTrigger(points: readonly StepPoint[]): Map<Trigger, Group[]> {
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
