import type { Plan, PlannedFault } from "../plan/plan.ts";

/** A plan without the faults and operations that begin after `at`, in ms. */
export function onlyUntil(plan: Plan, at: number): Plan {
  const isEarly = (one: { readonly at: number }): boolean => one.at <= at;
  return {
    ...plan,
    faults: plan.faults.filter(isEarly),
    operations: plan.operations.filter(isEarly),
  };
}

/** A plan without the faults from position `from` up to, but not including, `to`. */
export function withoutFaults(plan: Plan, from: number, to: number): Plan {
  return { ...plan, faults: plan.faults.toSpliced(from, to - from) };
}

/** A plan without the operations from position `from` up to, but not including, `to`. */
export function withoutOperations(plan: Plan, from: number, to: number): Plan {
  return { ...plan, operations: plan.operations.toSpliced(from, to - from) };
}

/** A plan without its last node and the faults that need this node. A plan with one node stays as it is. */
export function fewerNodes(plan: Plan): Plan {
  if (plan.nodes <= 1) return plan;
  const last = `n${plan.nodes}`;
  const faults = plan.faults
    .filter((fault) => !namesOf(fault).includes(last))
    .map((fault) => withoutName(fault, last));
  return { ...plan, nodes: plan.nodes - 1, faults };
}

/** The nodes that a fault needs. */
function namesOf(fault: PlannedFault): readonly (string | undefined)[] {
  const { node, from, to } = fault as { node?: string; from?: string; to?: string };
  return [node, from, fault.type === "oneWay" ? to : undefined];
}

function withoutName(fault: PlannedFault, name: string): PlannedFault {
  if (fault.type !== "partition" || fault.shape !== "groups") return fault;
  const groups = fault.groups
    .map((group) => group.filter((one) => one !== name))
    .filter((group) => group.length > 0);
  return { ...fault, groups };
}
