import type { Outcome } from "@kontiki/actors";
import type { Plan, PlannedOperation } from "../plan/plan.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";
import type { RealTimeline } from "./real-timeline.ts";

/** Gets the operations of clients and their outcomes, when they happen. */
export type ClientListener = {
  readonly called: (operation: PlannedOperation) => void;
  readonly returned: (operation: PlannedOperation, outcome: Outcome<unknown>) => void;
};

/**
 * Lets the clients of a plan use a cluster, each with one operation at a time, until the duration of the plan is over.
 * Operations that would begin later are dropped. Resolves when all clients have their answers, or have given up.
 */
export async function runClients(
  plan: Plan,
  cluster: ClusterUnderTest,
  timeline: RealTimeline,
  listener: ClientListener,
): Promise<void> {
  const clients = new Map<number, PlannedOperation[]>();
  for (const operation of plan.operations) {
    const { client } = operation;
    clients.set(client, [...(clients.get(client) ?? []), operation]);
  }
  const run = async (operations: readonly PlannedOperation[]): Promise<void> => {
    for (const operation of operations) {
      await timeline.until(operation.at);
      if (timeline.now >= plan.scenario.durationMs) return;
      listener.called(operation);
      listener.returned(operation, await askFor(plan, cluster, operation));
    }
  };
  await Promise.all([...clients.values()].map(run));
}

function askFor(
  { scenario }: Plan,
  cluster: ClusterUnderTest,
  { command, read, reading }: PlannedOperation,
): Promise<Outcome<unknown>> {
  const { timeoutMs, reads } = scenario.workload;
  if (!read) return cluster.propose(command, { timeoutMs });
  const consistency = reading?.consistency ?? (reads === "lease" ? "lease" : "linearizable");
  return cluster.read(command, { timeoutMs, consistency });
}
