import type { Plan, PlannedFault, PlannedOperation } from "../plan/plan.ts";

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

/** A plan without some of its edits; without any it is one that nobody edited. */
export function withoutEdits({ edits = [], ...plan }: Plan, from: number, to: number): Plan {
  const left = edits.toSpliced(from, to - from);
  return left.length === 0 ? plan : { ...plan, edits: left };
}

/** A plan without the operations from position `from` up to, but not including, `to`. */
export function withoutOperations(plan: Plan, from: number, to: number): Plan {
  return { ...plan, operations: plan.operations.toSpliced(from, to - from) };
}

/**
 * A plan without one node and the faults that need this node: the nodes after it take the names before theirs. A plan with
 * one node stays as it is.
 *
 * @param number of the node, from 1.
 */
export function withoutNode(plan: Plan, number: number): Plan {
  if (plan.nodes <= 1 || number > plan.nodes) return plan;
  const gone = `n${number}`;
  const named = (name: string): string => {
    const at = Number(/^n(\d+)$/.exec(name)?.[1] ?? 0);
    return at > number && at <= plan.nodes ? `n${at - 1}` : name;
  };
  const faults = plan.faults
    .filter((fault) => !namesOf(fault).includes(gone))
    .map((fault) => renamed(fault, gone, named));
  const operations = plan.operations.map((operation) => rerouted(operation, gone, named));
  return { ...plan, nodes: plan.nodes - 1, faults, operations };
}

/** The nodes that a fault needs. */
function namesOf(fault: PlannedFault): readonly (string | undefined)[] {
  const { node, from, to } = fault as { node?: string; from?: string; to?: string };
  return [node, from, fault.type === "oneWay" ? to : undefined];
}

function renamed(fault: PlannedFault, gone: string, named: (name: string) => string): PlannedFault {
  if (fault.type === "partition" && fault.shape === "groups") {
    const groups = fault.groups
      .map((group) => group.filter((one) => one !== gone).map(named))
      .filter((group) => group.length > 0);
    return { ...fault, groups };
  }
  const ends = Object.entries(fault).filter(([field]) => ["node", "from", "to"].includes(field));
  const others = ends.flatMap(([field, name]) =>
    typeof name === "string" && named(name) !== name ? [[field, named(name)]] : [],
  );
  return others.length === 0
    ? fault
    : ({ ...fault, ...Object.fromEntries(others) } as PlannedFault);
}

/** A read from the removed node asks the leader. */
function rerouted(
  operation: PlannedOperation,
  gone: string,
  named: (name: string) => string,
): PlannedOperation {
  const { reading } = operation;
  if (reading?.node === undefined) return operation;
  const node = reading.node === gone ? undefined : named(reading.node);
  return node === reading.node ? operation : { ...operation, reading: { ...reading, node } };
}
