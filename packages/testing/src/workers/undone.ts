import type { Plan } from "../plan/plan.ts";
import type { FaultType } from "../scenario/fault.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";

/**
 * Why a run on this engine does not show what its scenario is about: one line for each kind of fault that the scenario asks for
 * and that cannot be done here.
 *
 * A scenario asks for the faults that it lists, and for the kinds from which a seed draws, unless each seed takes only some of
 * them: then a run without one kind is a run all the same, if anything is left of its faults.
 */
export function undone(
  { scenario, faults }: Pick<Plan, "scenario" | "faults">,
  { whyNot = () => undefined }: Pick<ClusterUnderTest, "whyNot">,
): readonly string[] {
  const { nemesis, faults: listed } = scenario;
  const drawn = nemesis === undefined || nemesis.swarm ? [] : nemesis.faults;
  const planned = faults.map(({ type }) => type);
  const isNothingLeft = planned.every((type) => whyNot(type) !== undefined);
  const asked = [...listed.map(({ type }) => type), ...drawn, ...(isNothingLeft ? planned : [])];
  return [...new Set<FaultType>(asked)].flatMap((type) => {
    const why = whyNot(type);
    return why === undefined ? [] : [`${type} was not done: ${why}`];
  });
}
