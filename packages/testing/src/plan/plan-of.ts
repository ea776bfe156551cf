import type { KeyValueCommand } from "@kontiki/actors";
import { checkArgument } from "@kontiki/actors/node";
import { Chance } from "../chance.ts";
import { drawFaults } from "./draw-faults.ts";
import { givenScenario } from "../scenario/given-scenario.ts";
import type { Scenario, Workload } from "../scenario/scenario.ts";
import { givenSeed } from "./given-plan.ts";
import type { Plan, PlannedOperation } from "./plan.ts";

/**
 * Draws everything that a seed decides before a run: the operations of clients, and the faults in addition to those of the
 * scenario. The two are independent: neither changes what is drawn for the other.
 *
 * @param seed a whole number from 0 to 2^32 - 1.
 * @throws KontikiError for anything else.
 */
export function planOf(scenario: Scenario, seed: number): Plan {
  checkArgument("planOf", "scenario", givenScenario, scenario);
  checkArgument("planOf", "seed", givenSeed, seed);
  const chance = new Chance(seed);
  const drawn = drawFaults(scenario, chance.fork("nemesis"));
  return {
    scenario,
    seed,
    nodes: scenario.nodes,
    faults: [...scenario.faults, ...drawn].map((fault, id) => ({ ...fault, id })),
    operations: drawOperations(scenario, chance.fork("workload")),
  };
}

/** At a constant rate over the whole run, each by a drawn client. No value is used twice. */
function drawOperations(
  { workload, durationMs }: Scenario,
  chance: Chance,
): readonly PlannedOperation[] {
  if (workload.clients === 0) return [];
  const count = Math.floor((workload.perSecond * durationMs) / 1000);
  return Array.from({ length: count }, (_none, id) => {
    const at = Math.floor((id * durationMs) / count);
    const client = chance.below(workload.clients);
    const command = drawCommand(workload, id, chance);
    return { id, at, client, command, read: command.type === "get" };
  });
}

function drawCommand(workload: Workload, id: number, chance: Chance): KeyValueCommand {
  const key = `k${chance.below(workload.keys)}`;
  const value = `v${id}`.padEnd(workload.valueBytes, ".");
  switch (drawKind(workload.mix, chance)) {
    case "put":
      return { type: "put", key, value };
    case "get":
      return { type: "get", key };
    case "append":
      return { type: "append", key, value };
    case "delete":
      return { type: "delete", key };
    case "compareAndSet": {
      // It matches sometimes: the expected value is that of an earlier operation, or none.
      const earlier = chance.below(id + 1);
      const expected = chance.happens(1 / 4)
        ? null
        : `v${earlier}`.padEnd(workload.valueBytes, ".");
      return { type: "compareAndSet", key, expected, value };
    }
  }
}

function drawKind(mix: Workload["mix"], chance: Chance): keyof Workload["mix"] {
  const kinds = ["put", "get", "append", "compareAndSet", "delete"] as const;
  const total = kinds.reduce((sum, kind) => sum + mix[kind], 0);
  let left = chance.next() * total;
  for (const kind of kinds) {
    left -= mix[kind];
    if (left < 0) return kind;
  }
  return "get";
}
