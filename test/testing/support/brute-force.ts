import type { Operation } from "@kontiki/testing";
import { explains, questionOf, type Reference } from "./reference.ts";

/**
 * Whether a history is linearizable, by definition: tries every order of every subset of operations, each on a new object.
 *
 * `isNeeded` selects the operations that must be in the order. Default: all that returned.
 */
export function isLinearizable(
  operations: readonly Operation[],
  { make }: Pick<Reference, "make">,
  isNeeded: (operation: Operation) => boolean = ({ status }) => status === "ok",
): boolean {
  const needed = operations.filter(isNeeded);
  const isLegal = (order: readonly Operation[]): boolean => {
    const object = make();
    return order.every((operation) => explains(operation, object(questionOf(operation))));
  };
  const search = (order: readonly Operation[], left: readonly Operation[]): boolean => {
    if (!isLegal(order)) return false;
    if (needed.every((operation) => order.includes(operation))) return true;
    return left.some((next) => {
      const rest = left.filter((other) => other !== next);
      return rest.every((other) => !isBefore(other, next)) && search([...order, next], rest);
    });
  };
  return search(
    [],
    operations.filter(({ status }) => status !== "failed"),
  );
}

function isBefore(one: Operation, other: Operation): boolean {
  if (one.status !== "ok") return false;
  const isEarlierTurn = (one.turn ?? 0) < (other.turn ?? 0);
  return one.return < other.call || (one.process === other.process && isEarlierTurn);
}
