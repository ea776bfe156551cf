import type { KeyValueCommand, Outcome } from "@kontiki/actors";
import type { Plan, PlannedOperation } from "../plan/plan.ts";
import type { ClusterUnderTest } from "./cluster-under-test.ts";
import type { ClientListener } from "./live-clients.ts";

/**
 * Reads every key that was used, as one more client, at the end: every acknowledged write must be in the last state.
 *
 * @returns why the last state is not verified; undefined when every read succeeded.
 */
export async function readAllKeys(
  plan: Plan,
  cluster: Pick<ClusterUnderTest, "read">,
  { called, returned }: ClientListener,
): Promise<string | undefined> {
  const keys = new Set(
    plan.operations.flatMap(({ command }) => {
      const { key } = command as Partial<Extract<KeyValueCommand, { readonly key: string }>>;
      return key === undefined ? [] : [key];
    }),
  );
  const client = 1 + Math.max(0, ...plan.operations.map((operation) => operation.client));
  let id = 1 + Math.max(0, ...plan.operations.map((operation) => operation.id));
  const failed: string[] = [];
  for (const key of keys) {
    const command: KeyValueCommand = { type: "get", key };
    const operation: PlannedOperation = { id, at: 0, client, command, read: true };
    id += 1;
    called(operation);
    const outcome: Outcome<unknown> = await cluster.read(command);
    returned(operation, outcome);
    if (outcome.type !== "ok") failed.push(key);
  }
  if (failed.length === 0) return undefined;
  return `the last state is not verified: ${failed.length} of ${keys.size} final reads failed, the first that of ${failed[0]}`;
}
