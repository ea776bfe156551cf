import { createHash } from "node:crypto";
import { KINDS, type Planted } from "../planted.ts";

/**
 * All mutants in the order in which a sample takes them: one of each kind in turn, so that a small sample has some of every
 * kind, and within a kind in an order that the seed decides. A mutant that is added or removed does not change the order of
 * the others in its kind.
 */
export function inSampleOrder(all: readonly Planted[], seed: string): readonly Planted[] {
  const keyOf = (text: string): string =>
    createHash("sha256").update(`${seed} ${text}`).digest("hex");
  const byKey = <T>(list: readonly T[], textOf: (one: T) => string): readonly T[] =>
    list
      .map((one) => ({ one, key: keyOf(textOf(one)) }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ one }) => one);
  const groups = byKey(KINDS, (kind) => kind).map((kind) =>
    byKey(
      all.filter((planted) => planted.kind === kind),
      ({ id }) => id,
    ),
  );
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_none, round) =>
    groups.flatMap((group) => group[round] ?? []),
  ).flat();
}
