import type { Env } from "@kontiki/core";
import { circumstancesOf, type Circumstance, type Step } from "./circumstances.ts";
import { causeOf, Moment, senderOf, type StepPoint, type Trigger } from "./point.ts";

/** Situations of one trigger that need the same circumstance. */
type Group = { readonly needs: Circumstance; readonly points: StepPoint[] };

/** All situations of one trigger, and the sum of what they need. */
type Open = { needed: number; readonly groups: Group[] };

/**
 * The situations of one step that have not been met yet. One that was met is not looked for again, so a run or a search
 * soon asks only for what is rare.
 */
export class OpenPoints {
  readonly #open: Map<Trigger, Open>;
  readonly #onMet: (name: string) => void;

  /** @param onMet is called with the name of each situation, once. */
  constructor(onMet: (name: string) => void, points: readonly StepPoint[]) {
    this.#onMet = onMet;
    this.#open = byTrigger(points);
  }

  /** Looks for situations in a step. It runs for every step of every run, so it makes nothing that it need not make. */
  look(env: Env<unknown>, step: Step): void {
    const { event } = step;
    if (event.type === "durable" && !isAboutLeader(step)) return;
    const open = this.#open.get(event.type === "message" ? event.message.type : event.type);
    if (open === undefined) return;
    const there = circumstancesOf(env, step) & open.needed;
    if (there !== 0) this.#ask(open.groups, there, new Moment(env, step));
  }

  #ask(groups: readonly Group[], there: number, moment: Moment): void {
    const cause = causeOf(moment.event);
    const from = senderOf(moment.event);
    for (let place = groups.length - 1; place >= 0; place -= 1) {
      const group = groups[place];
      if (group === undefined || (group.needs & there) === 0) continue;
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
      const open = this.#open.get(trigger);
      const group = open?.groups.find(({ needs }) => needs === point.needs);
      const at = group?.points.indexOf(point) ?? -1;
      if (open === undefined || group === undefined || at === -1) continue;
      group.points.splice(at, 1);
      if (group.points.length > 0) continue;
      open.groups.splice(open.groups.indexOf(group), 1);
      open.needed &= ~group.needs;
      if (open.groups.length === 0) this.#open.delete(trigger);
    }
  }
}

/** Every second write or so is that of a follower, and what is durable there decides nothing. */
function isAboutLeader({ before, after }: Step): boolean {
  return before.role.type === "leader" || after.role.type === "leader";
}

function byTrigger(points: readonly StepPoint[]): Map<Trigger, Open> {
  const all = new Map<Trigger, Open>();
  for (const point of points)
    for (const trigger of point.on) {
      const open = all.get(trigger) ?? { needed: 0, groups: [] };
      all.set(trigger, open);
      const known = open.groups.find(({ needs }) => needs === point.needs);
      if (known === undefined) open.groups.push({ needs: point.needs, points: [point] });
      else known.points.push(point);
      open.needed |= point.needs;
    }
  return all;
}
