import { returnTime, type Operation } from "./history.ts";

/**
 * Names of processes that run one operation at a time, one for each operation: that of its own process where it can be,
 * and `c1 (2)` where another operation of c1 runs, never returned, or returned at the same time.
 */
export function sequentialNames(operations: readonly Operation[]): readonly string[] {
  const taken = new Set(operations.map(({ process }) => process));
  const lanes = new Map<string, { readonly name: string; free: number }[]>();
  const inOrder = [...operations.entries()].toSorted(([, one], [, other]) => one.call - other.call);
  const names: string[] = [];
  for (const [at, operation] of inOrder) {
    const { process, call } = operation;
    const own = lanes.get(process) ?? [{ name: process, free: -Infinity }];
    lanes.set(process, own);
    let lane = own.find(({ free }) => free < call);
    if (lane === undefined) {
      lane = { name: newName(process, own.length + 1, taken), free: -Infinity };
      own.push(lane);
    }
    lane.free = returnTime(operation);
    names[at] = lane.name;
  }
  return names;
}

function newName(process: string, number: number, taken: Set<string>): string {
  const name = `${process} (${number})`;
  if (taken.has(name)) return newName(process, number + 1, taken);
  taken.add(name);
  return name;
}
