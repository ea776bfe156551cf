import type { PlannedOperation } from "../plan/plan.ts";

/** How people are told of an operation's client, in stories and histories alike: c1 for the first. */
export function clientName({ client }: Pick<PlannedOperation, "client">): string {
  return `c${client + 1}`;
}
