import { returnTime, type Operation } from "./history.ts";

/** Two operations of a process that runs one at a time, but was running both. */
export type Overlap = { readonly earlier: number; readonly later: number };

/**
 * Puts the operations of each process in the order in which it ran them: by their times, and by their positions in the list
 * where the times are the same. Operations whose times touch get a `turn`.
 *
 * @returns the positions of two that overlap, because no process runs two operations at once.
 */
export function withTurns(operations: readonly Operation[]): readonly Operation[] | Overlap {
  const turned = [...operations];
  for (const own of byProcess(operations)) {
    const overlap = takeTurns(own, operations, turned);
    if (overlap !== undefined) return overlap;
  }
  return turned;
}

/** The positions of the operations of each process, in the order in which it ran them. */
function byProcess(operations: readonly Operation[]): Iterable<readonly number[]> {
  const positions = new Map<string, number[]>();
  for (const [at, { process }] of operations.entries()) {
    const own = positions.get(process);
    if (own === undefined) positions.set(process, [at]);
    else own.push(at);
  }
  const compare = (one: number, other: number): number => {
    const [a, b] = [operations[one], operations[other]];
    if (a === undefined || b === undefined) return 0;
    // An open operation has no return, and Infinity - Infinity is not a number.
    return a.call - b.call || Math.sign(returnTime(a) - returnTime(b)) || one - other;
  };
  for (const own of positions.values()) own.sort(compare);
  return positions.values();
}

function takeTurns(
  own: readonly number[],
  operations: readonly Operation[],
  turned: Operation[],
): Overlap | undefined {
  for (let turn = 1; turn < own.length; turn += 1) {
    const [earlier = 0, later = 0] = own.slice(turn - 1, turn + 1);
    const [before, after] = [operations[earlier], operations[later]];
    if (before === undefined || after === undefined) continue;
    if (returnTime(before) > after.call) return { earlier, later };
    if (returnTime(before) < after.call) continue;
    turned[earlier] = { ...before, turn: turn - 1 };
    turned[later] = { ...after, turn };
  }
  return undefined;
}
