import type { Operation } from "../history/history.ts";

type Turned = Pick<Operation<unknown, unknown>, "process" | "turn">;

/**
 * For each of `operations`, the position in `candidates` of the last operation before it that its process ran, so that it
 * must come after it although their times may touch; -1 for none.
 */
export function predecessors(
  operations: readonly Turned[],
  candidates: readonly Turned[],
): Int32Array {
  const before = new Int32Array(operations.length).fill(-1);
  if (!operations.some(({ turn }) => turn !== undefined)) return before;
  const byProcess = new Map<string, { readonly turn: number; readonly at: number }[]>();
  for (const [at, { process, turn }] of candidates.entries()) {
    if (turn === undefined) continue;
    const own = byProcess.get(process) ?? [];
    byProcess.set(process, own);
    own.push({ turn, at });
  }
  for (const own of byProcess.values()) own.sort((one, other) => one.turn - other.turn);
  for (const [at, { process, turn }] of operations.entries()) {
    if (turn === undefined) continue;
    before[at] = lastBelow(byProcess.get(process) ?? [], turn);
  }
  return before;
}

/** The position of the last one with a lower turn, by binary search; -1 for none. */
function lastBelow(
  own: readonly { readonly turn: number; readonly at: number }[],
  turn: number,
): number {
  let [low, high] = [0, own.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((own[middle]?.turn ?? turn) < turn) low = middle + 1;
    else high = middle;
  }
  return own[low - 1]?.at ?? -1;
}
