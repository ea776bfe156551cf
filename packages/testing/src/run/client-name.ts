import type { PlannedOperation } from "../plan/plan.ts";

/** The name of an operation's client in stories and histories: c1 for the first. */
export function clientName({ client }: Pick<PlannedOperation, "client">): string {
  return `c${client + 1}`;
}
