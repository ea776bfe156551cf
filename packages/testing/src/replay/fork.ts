import {
  checkArgument,
  checkOptions,
  listOf,
  needed,
  rule,
  type Schema,
} from "@kontiki/actors/node";
import { givenPlan } from "../plan/given-plan.ts";
import type { Plan, PlanEdit, PlannedFault } from "../plan/plan.ts";
import type { Fault } from "../scenario/fault.ts";

/** What is changed of a run from a moment on. */
export type Fork = {
  /** The moment, in ms: everything up to it stays as it was. */
  readonly at: number;
  /** What happens otherwise after it. */
  readonly changes: readonly ForkChange[];
};

/** One change. A letter has the number of its sending, and must not have arrived by the moment of the fork. */
export type ForkChange =
  /** This fault begins right after the moment, or at its own time if that is later. */
  | { readonly type: "fault"; readonly fault: Fault }
  /** The fault with this number, which has not begun, is left out. */
  | { readonly type: "spare"; readonly fault: number }
  /** All choices after the moment come from another seed. */
  | { readonly type: "seed"; readonly seed: number }
  /** The letter with this number is lost. */
  | { readonly type: "lose"; readonly letter: number }
  /** It arrives later by this many ms. */
  | { readonly type: "delay"; readonly letter: number; readonly ms: number };

const FORK: Schema<Fork> = {
  at: needed(rule("a time in ms", (value) => Number.isFinite(value) && Number(value) >= 0)),
  changes: needed(
    listOf(
      rule("a change", (value) => typeof value === "object"),
      "a list of changes",
    ),
  ),
};

/** Time is counted in microseconds: events of the moment itself have happened. */
const RIGHT_AFTER_MS = 0.001;

/** Faults that were added have numbers from here on, so that those of drawn faults stay. */
const ADDED_FROM = 1000;

/** The plan of a run that is the same up to a moment, and then goes on with these changes. */
export function forked(plan: Plan, fork: Fork): Plan {
  checkArgument("forked", "plan", givenPlan, plan);
  checkOptions("forked", FORK, fork, "fork");
  const from = fork.at + RIGHT_AFTER_MS;
  return fork.changes.reduce((changed, change) => withChange(changed, change, from), plan);
}

function withChange(plan: Plan, change: ForkChange, from: number): Plan {
  switch (change.type) {
    case "fault": {
      const { fault } = change;
      const id = Math.max(ADDED_FROM, ...plan.faults.map((one) => one.id + 1));
      const added: PlannedFault = { ...fault, at: Math.max(fault.at, from), id };
      return { ...plan, faults: [...plan.faults, added] };
    }
    case "spare":
      return {
        ...plan,
        faults: plan.faults.filter(({ id, at }) => id !== change.fault || at < from),
      };
    case "seed":
      return withEdit(plan, { type: "seed", at: from, seed: change.seed });
    case "lose":
    case "delay":
      return withEdit(plan, change);
    default:
      return change satisfies never;
  }
}

/** A later edit of a letter replaces the one before. */
function withEdit(plan: Plan, edit: PlanEdit): Plan {
  const others = (plan.edits ?? []).filter(
    (one) => one.type === "seed" || edit.type === "seed" || one.letter !== edit.letter,
  );
  return { ...plan, edits: [...others, edit] };
}
