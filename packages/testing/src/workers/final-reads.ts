import type { Cluster, KeyValueCommand, Outcome } from "@kontiki/actors";
import type { Plan, PlannedOperation } from "../plan/plan.ts";
import type { ClientListener } from "./live-clients.ts";

/**
 * Reads every key that was used, as one more client, at the end: every acknowledged write must be in the last state.
 */
export async function readAllKeys(
  plan: Plan,
  cluster: Cluster<unknown, unknown>,
  { called, returned }: ClientListener,
): Promise<void> {
  const keys = new Set(
    plan.operations.flatMap(({ command }) => {
      const { key } = command as Partial<Extract<KeyValueCommand, { readonly key: string }>>;
      return key === undefined ? [] : [key];
    }),
  );
  const client = 1 + Math.max(0, ...plan.operations.map((operation) => operation.client));
  let id = 1 + Math.max(0, ...plan.operations.map((operation) => operation.id));
  for (const key of keys) {
    const command: KeyValueCommand = { type: "get", key };
    const operation: PlannedOperation = { id, at: 0, client, command, read: true };
    id += 1;
    called(operation);
    const outcome: Outcome<unknown> = await cluster.read(command);
    returned(operation, outcome);
  }
}
