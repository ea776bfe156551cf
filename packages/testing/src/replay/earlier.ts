import type { Plan } from "../plan/plan.ts";

/** Two moments at which something begins, with nothing between them. */
export type Gap = { readonly from: number; readonly to: number };

/** The gaps in which nothing of a plan begins, the last one first. The first moment of a run is 0. */
export function gapsIn({ faults, operations }: Plan): readonly Gap[] {
  const moments = [...new Set([0, ...[...faults, ...operations].map(({ at }) => at)])].toSorted(
    (one, other) => one - other,
  );
  return moments
    .slice(1)
    .map((to, at) => ({ from: moments[at] ?? 0, to }))
    .toReversed();
}

/** A plan in which everything that begins from `from` on begins `byMs` earlier. Its run is that much shorter. */
export function earlier(plan: Plan, from: number, byMs: number): Plan {
  const moved = <T extends { readonly at: number }>(one: T): T =>
    one.at < from ? one : { ...one, at: one.at - byMs };
  const { scenario } = plan;
  return {
    ...plan,
    faults: plan.faults.map(moved),
    operations: plan.operations.map(moved),
    scenario: { ...scenario, durationMs: Math.max(1, scenario.durationMs - byMs) },
  };
}

/** A plan whose run heals as soon as everything has begun. */
export function endsSoon(plan: Plan): Plan {
  const { scenario, faults, operations } = plan;
  const last = [...faults, ...operations].reduce((most, { at }) => Math.max(most, at), 0);
  const durationMs = Math.min(scenario.durationMs, Math.floor(last) + 1);
  return { ...plan, scenario: { ...scenario, durationMs } };
}
